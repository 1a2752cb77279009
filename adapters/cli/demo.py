"""`demo`: the whole of harvestlog in one command, on the sample catalogue that ships with it or on a CKAN of one's choice."""

import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import click
from rich.console import Console
from rich.table import Table

from adapters.cli.jobs import follow
from adapters.cli.output import session
from adapters.embedded import read_runtime
from adapters.embedded.process import die_with_parent
from adapters.settings import load, pages_address
from domain.errors import NotFound, ServiceUnavailable
from domain.text import counted

Row = dict[str, Any]

STARTS_WITHIN = 60.0  # seconds
SHOWN = 3  # datasets


@click.command()
@click.option("--url", default="", metavar="URL", help="Harvest this CKAN instead of the sample catalogue.")
def demo(url: str) -> None:
    """Start everything, harvest a catalogue, show the result, and stop again."""
    console = Console()
    with _running(console), _remote(url, console) as address, session() as actions:
        _wait_for_leader(actions)
        name = "sample" if not url else _name(address)
        source_id = _source(actions, name, address)
        console.print(f"Harvesting [bold]{address}[/bold] into the local catalogue")
        job = actions.call("harvest_job_create", source_id=source_id, full=True)
        row = follow(actions, job["id"], quiet=False)
        _show(actions, console, name, row)
    sys.exit(0 if row["outcome"] == "finished" else 1)


@contextmanager
def _running(console: Console) -> Iterator[None]:
    """The running `up`, or one for the time of the demo."""
    data_dir = load().data_dir
    if read_runtime(data_dir):
        console.print("harvester up is running: the demo uses it")
        yield
        return
    console.print(f"Starting Postgres, broker, coordinator and workers (data in {data_dir})")
    command = [sys.executable, "-P", "-m", "adapters.cli", "up"]
    environment = {**os.environ, "HARVEST_SERVE_WORKERS": "0"}  # nobody asks over HTTP, and its port may be taken
    up = subprocess.Popen(
        command,
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        preexec_fn=die_with_parent(signal.SIGTERM),  # however this process ends
    )
    try:
        _wait_until_up(up, data_dir)
        yield
    finally:
        up.send_signal(signal.SIGTERM)
        up.wait()


def _wait_until_up(up: subprocess.Popen[bytes], data_dir: Path) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while not read_runtime(data_dir):
        if up.poll() is not None:
            output = up.stdout.read().decode(errors="replace").strip() if up.stdout else ""
            raise ServiceUnavailable(
                output.splitlines()[-1].removeprefix("Error: ") if output else "harvester up ended at once"
            )
        if time.monotonic() > end:
            raise ServiceUnavailable(f"harvester up was not ready within {STARTS_WITHIN:.0f} s: see {data_dir / 'logs'}")
        time.sleep(0.05)


@contextmanager
def _remote(url: str, console: Console) -> Iterator[str]:
    """The address given, or that of the sample catalogue, served for the time of the demo."""
    if url:
        yield url
        return
    from adapters.sample_ckan.server import serve

    server, address = serve()
    console.print(f"Serving a sample CKAN at {address}")
    try:
        yield address
    finally:
        server.shutdown()


def _wait_for_leader(actions: Any) -> None:
    end = time.monotonic() + STARTS_WITHIN
    while not actions.call("harvest_coordinator_show")["leads"]:
        if time.monotonic() > end:
            raise ServiceUnavailable("No coordinator leads: see the logs in HARVEST_DATA_DIR/logs")
        time.sleep(0.05)


def _name(url: str) -> str:
    """A source's name, from an address."""
    return re.sub(r"[^a-z0-9]+", "-", urlsplit(url).netloc.lower()).strip("-")[:100] or "demo"


def _source(actions: Any, name: str, address: str) -> str:
    """The id of the demo's source: created at the first call, pointed to the address at later ones."""
    for source in actions.call("harvest_source_list", url=address)["sources"]:
        return str(source["id"])
    try:
        return str(actions.call("harvest_source_patch", id=name, url=address)["id"])
    except NotFound:
        fields = {"name": name, "url": address, "source_type": "ckan", "title": name.title()}
        return str(actions.call("harvest_source_create", **fields)["id"])


def _show(actions: Any, console: Console, name: str, row: Row) -> None:
    _show_counts(console, row)
    _show_errors(actions, console, row)
    _show_datasets(actions, console, row)
    events = actions.call("harvest_projection_list")["projections"][0]["log"]
    console.print(f"\n{counted(events, 'event is', 'events are')} in the log. Where to look next:")
    hints = {
        f"job-report {name}": "what happened, error by error",
        "catalogue search water": "datasets, in the form of CKAN's API",
        "projections rebuild": "the tables rebuilt from the log",
        "up": f"keep everything running, with pages at {pages_address(load())}",
    }
    program = _program()
    for command, purpose in hints.items():
        console.print(f"  {f'{program} {command}':<46} {purpose}", highlight=False, soft_wrap=True)


def _program() -> str:
    """What to type for `harvester`: its path where it isn't on PATH."""
    if shutil.which("harvester"):
        return "harvester"
    return os.path.relpath(sys.argv[0])


def _show_counts(console: Console, row: Row) -> None:
    table = Table(title=f"Job {row['id']}: {row['status']}", title_justify="left")
    for word in ("added", "updated", "not modified", "deleted", "errored"):
        table.add_column(word, justify="right")
    table.add_row(*(str(row[word.replace(" ", "_")]) for word in ("added", "updated", "not modified", "deleted", "errored")))
    console.print(table)
    if row["finished"] and row["gather_started"]:
        console.print(f"in {(row['finished'] - row['gather_started']).total_seconds():.1f} s", highlight=False)


def _show_errors(actions: Any, console: Console, row: Row) -> None:
    report = actions.call("harvest_job_report", id=row["id"], limit=SHOWN)
    errors = [*report["gather_errors"], *report["object_errors"]][:SHOWN]
    for error in errors:
        console.print(
            f"  error: {error['guid'] or 'gather'}: {error['message'].splitlines()[0]}", highlight=False, markup=False
        )


def _show_datasets(actions: Any, console: Console, row: Row) -> None:
    answer = actions.call("package_search", source_id=row["source_id"], rows=SHOWN)
    number = counted(answer["count"], "dataset of this source is", "datasets of this source are")
    console.print(f"\n{number} in the local catalogue, among them:")
    for package in answer["results"]:
        resources = counted(len(package.get("resources") or ()), "resource")
        console.print(f"  {package['name']}: {package.get('title') or ''} ({resources})", highlight=False, markup=False)

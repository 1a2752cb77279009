"""Figures of harvests into a real CKAN, next to plain package_create over HTTP into the same CKAN in the same run.

The CKAN is `ckan/ckan_up.sh` of the shared folder, with the real Solr and with the stub that stands in for it; both are emptied
first. A round is a harvest of 1,000 datasets, with plain package_create by 1, 2 and 4 clients before it and after it.
"""

import json
import os
import shlex
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import urlopen

import psutil

from adapters.postgres.read_model.queries import Row
from adapters.targets.ckan.api import ActionAPI
from bench.figure import Figure
from bench.harvests import ALL, fake_ckan, finished, shared, start_quietly
from bench.site import Site, cpu_of, site
from tests.support.stack import wait_for

DATASETS = 1000
PLAIN = 100  # datasets created by plain calls, for each number of clients, before a harvest and after it
CLIENTS = (1, 2, 4)
WARM = 300  # datasets harvested first: every organisation and group is among them
ROUNDS = 5
CPU_SHARE = 100 * 2 / 71  # %: 2 ms a dataset where CKAN uses 71
LOOK = 1.0  # seconds between two looks at a job: they cost processor time too, which is measured
DURATION = """
    SELECT extract(epoch FROM finished - gather_started) FROM harvest.harvest_job
    WHERE id = %(job)s AND status = 'Finished'
"""
PORTS = {"PG_PORT": "5545", "REDIS_PORT": "6391", "SOLR_PORT": "8986", "CKAN_PORT": "5001"}
CONFIG = {"remote_groups": "create", "remote_orgs": "create", "force_all": True}
OWN_FIELDS = ("organization", "num_resources", "num_tags", "isopen", "license_title", "creator_user_id", "metadata_created")


@dataclass
class Rounds:
    """What was measured: rates in datasets/s, processor time in ms a dataset by role, seconds of harvests."""

    plain: dict[int, list[float]] = field(default_factory=lambda: {clients: [] for clients in CLIENTS})
    harvested: list[float] = field(default_factory=list)
    cpu: list[Mapping[str, float]] = field(default_factory=list)
    cpu_of_ckan: list[float] = field(default_factory=list)

    @property
    def best(self) -> tuple[int, float]:
        """The number of clients with the best median of plain calls, and that."""
        medians = {clients: statistics.median(rates) for clients, rates in self.plain.items()}
        clients = max(medians, key=lambda count: medians[count])
        return clients, medians[clients]

    @property
    def shares(self) -> list[float]:
        """Each harvest in per cent of that number of clients in its round."""
        return [100 * harvest / plain for harvest, plain in zip(self.harvested, self.plain[self.best[0]], strict=True)]

    def note(self) -> str:
        """The rates that they were computed from."""
        plain = ", ".join(f"{clients}: {_spread(rates)}" for clients, rates in self.plain.items())
        rates = f"harvest {_spread(self.harvested)} datasets/s; plain package_create by clients: {plain}"
        return f"{_spread(self.shares)} % of {self.best[0]} clients in the same round; {rates}"


def _spread(rates: Sequence[float]) -> str:
    return f"{statistics.median(rates):.1f} ({min(rates):.1f} to {max(rates):.1f})"


@dataclass
class Ckan:
    """A running CKAN."""

    url: str
    token: str
    folder: Path

    def cpu(self) -> float:
        """Seconds of processor time of gunicorn, Solr, Redis and Postgres, so far."""
        files = [*(self.folder / "run").glob("*.pid"), self.folder / "pg" / "postmaster.pid"]
        return sum(cpu_of(psutil.Process(int(file.read_text().split()[0]))) for file in files)

    def api(self, concurrency: int = 4) -> ActionAPI:
        """Its API."""
        return ActionAPI(self.url, self.token, concurrency=concurrency, timeout=60.0, user_agent="harvestlog bench")

    def written(self) -> tuple[int, str]:
        """How many datasets it has, and when one was written last."""
        query = {"rows": 1, "sort": "metadata_modified desc", "include_private": True}
        answer = self.api().call("package_search", query)
        return answer["count"], answer["results"][0]["metadata_modified"] if answer["results"] else ""


@contextmanager
def real_ckan(solr: str) -> Iterator[Ckan]:
    """An empty CKAN with Solr `real` or `stub`; stopped afterwards, what was installed for it is kept."""
    folder = Path(tempfile.gettempdir()) / "harvestlog-bench-ckan"
    scripts = shared() / "ckan"
    environment = {**os.environ, **PORTS, "WORKDIR": str(folder), "CKAN_SOLR": solr}
    down = ["bash", str(scripts / "ckan_down.sh"), "--wipe"]
    subprocess.run(down, env=environment, check=True, stdout=subprocess.DEVNULL)
    try:
        up = ["bash", str(scripts / "ckan_up.sh")]
        done = subprocess.run(up, env=environment, check=True, stdout=subprocess.PIPE, text=True)
        words = (word for line in done.stdout.splitlines() for word in shlex.split(line))
        variables = dict(word.split("=", 1) for word in words if "=" in word)
        assert variables["CKAN_SOLR_KIND"] == solr, f"CKAN came up with Solr: {variables['CKAN_SOLR_KIND']}"
        yield Ckan(variables["HARVEST_CKAN_URL"], variables["HARVEST_CKAN_TOKEN"], folder)
    finally:
        subprocess.run(down, env=environment, check=True, stdout=subprocess.DEVNULL)


def plain_creates(ckan: Ckan, packages: Sequence[Mapping[str, Any]], clients: int) -> float:
    """Seconds of package_create, called by that many clients at once."""
    api = ckan.api(clients)
    begun = time.perf_counter()
    with ThreadPoolExecutor(clients) as pool:
        list(pool.map(lambda package: api.call("package_create", package), packages))
    return time.perf_counter() - begun


def packages_of(url: str, count: int) -> list[dict[str, Any]]:
    """Datasets of a remote as one sends them to package_create: groups and organisation by name."""
    with urlopen(f"{url}/api/3/action/package_search?{urlencode({'rows': count, 'sort': 'id asc'})}") as answer:
        packages = json.load(answer)["result"]["results"]
    return [
        {
            **{name: value for name, value in package.items() if name not in OWN_FIELDS},
            "owner_org": package["organization"]["name"],
            "groups": [{"name": group["name"]} for group in package["groups"]],
            "tags": [{"name": tag["name"]} for tag in package["tags"]],
        }
        for package in packages
    ]


def harvest(running: Site, source: str, rounds: Rounds | None = None) -> tuple[Row, float]:
    """Run a job; it, and its seconds from gather_started to finished."""
    before = running.cpu()
    job_id = start_quietly(running, source)
    seconds = wait_for(lambda: duration(running, job_id), 300, "the job ends", LOOK)
    row = finished(running, job_id)
    assert row is not None
    if rounds is not None:
        assert row["added"] == DATASETS, row
        rounds.harvested.append(DATASETS / seconds)
        used = {role: used - before[role] for role, used in running.cpu().items()}
        rounds.cpu.append({role: used / DATASETS * 1000 for role, used in used.items()})
    return row, seconds


def duration(running: Site, job_id: str) -> float | None:
    """Seconds from a job's gather_started to finished, once it has ended."""
    rows = running.parts.database.query(DURATION, job=job_id)
    return float(rows[0][0]) if rows else None


def measure(solr: str) -> list[Figure]:
    """Rounds into an empty CKAN; with the real Solr also harvests of what didn't change, and of what did."""
    script = shared() / "ckan" / "fake_ckan.py"
    if not script.exists():
        note = f"not measured: no {script.name} (HARVEST_TEST_SHARED)"
        return [Figure(f"into_ckan_{solr}", 0, "% of package_create", 95, note=note)]
    rounds, again = Rounds(), []
    with (
        real_ckan(solr) as ckan,
        site(*ALL, ckan_url=ckan.url, ckan_token=ckan.token) as running,
    ):
        with fake_ckan(script, WARM, "warm") as url:
            _source(running, "warm", url)
            harvest(running, "warm")  # organisations and groups are made
        for number in range(ROUNDS):
            with (
                fake_ckan(script, DATASETS, f"harvested-{number}") as url,
                fake_ckan(script, 2 * PLAIN * len(CLIENTS), f"plain-{number}") as plain,
            ):
                packages = iter(packages_of(plain, 2 * PLAIN * len(CLIENTS)))
                _source(running, f"round-{number}", url)
                seconds = dict.fromkeys(CLIENTS, 0.0)
                for clients in CLIENTS:
                    seconds[clients] += plain_creates(ckan, list(islice(packages, PLAIN)), clients)
                before = ckan.cpu()
                harvest(running, f"round-{number}", rounds)
                rounds.cpu_of_ckan.append((ckan.cpu() - before) / DATASETS * 1000)
                for clients in reversed(CLIENTS):
                    seconds[clients] += plain_creates(ckan, list(islice(packages, PLAIN)), clients)
                    rounds.plain[clients].append(2 * PLAIN / seconds[clients])
                print(f"  Solr {solr}, round {number}: {rounds.plain}, {rounds.harvested}", file=sys.stderr)
                if number == ROUNDS - 1 and solr == "real":
                    again = runs_again(ckan, running, f"round-{number}", url, DATASETS / rounds.harvested[-1])
    return [*figures(solr, rounds), *again]


def _source(running: Site, name: str, url: str) -> None:
    running.stack.source(name, url, "ckan", CONFIG)


def figures(solr: str, rounds: Rounds) -> list[Figure]:
    """The share of what CKAN can do, and our own processor time."""
    floor = 95 if solr == "real" else 85
    costs = [sum(cpu.values()) for cpu in rounds.cpu]
    note = f"{rounds.note()}; our own CPU {_spread(costs)} ms a dataset"
    measured = [Figure(f"into_ckan_{solr}", statistics.median(rounds.shares), "% of package_create", floor, note=note)]
    measured.append(Figure(f"cpu_into_ckan_{solr}", statistics.median(costs), "ms", 2, note="a dataset", lower_is_better=True))
    if solr == "real":
        measured.append(cpu_share(rounds))
    return measured


def cpu_share(rounds: Rounds) -> Figure:
    """Our own processor time next to that of CKAN in the same harvests: milliseconds differ by half from hour to hour here."""
    shares = [sum(cpu.values()) / ckan for cpu, ckan in zip(rounds.cpu, rounds.cpu_of_ckan, strict=True)]
    middle = shares.index(statistics.median_low(shares))
    cpu = rounds.cpu[middle]
    roles = {role: round(ms, 3) for role, ms in cpu.items()}
    note = f"{sum(cpu.values()):.2f} ms a dataset, and {rounds.cpu_of_ckan[middle]:.0f} ms of CKAN with Postgres and Solr"
    return Figure("cpu_share_into_ckan", 100 * shares[middle], "% of CKAN's", CPU_SHARE, roles, note, True)


def runs_again(ckan: Ckan, running: Site, source: str, url: str, first: float) -> list[Figure]:
    """A full harvest of 1,000 unchanged datasets, and one with 5 % changed."""
    before, rates = ckan.written(), []
    for _ in range(3):
        row, seconds = harvest(running, source)
        assert row["not_modified"] == DATASETS, row
        rates.append(DATASETS / seconds)
    assert ckan.written() == before, "an unchanged dataset was written"
    with urlopen(f"{url}/_fake/mutate?fraction=0.05"):
        pass
    row, seconds = harvest(running, source)
    assert (row["updated"], row["not_modified"]) == (DATASETS // 20, DATASETS - DATASETS // 20), row
    note = f"{seconds:.2f} s after {first:.1f} s; all 1,000 datasets listed by the remote again"
    return [
        Figure("unchanged_into_ckan", statistics.median(rates), "datasets/s", 1000, note="no dataset of CKAN was written"),
        Figure("changed_into_ckan", 100 * seconds / first, "% of the first run", 10, note=note, lower_is_better=True),
    ]


def into_ckan() -> list[Figure]:
    """With the real Solr."""
    return measure("real")


def into_ckan_stub() -> list[Figure]:
    """With the stub that stands in for Solr: CKAN itself is faster."""
    return measure("stub")


FIGURES: dict[str, Any] = {"into_ckan": into_ckan, "into_ckan_stub": into_ckan_stub}

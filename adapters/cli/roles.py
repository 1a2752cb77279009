"""`up` and the roles that it starts: `coordinator`, `gather-consumer`, `fetch-consumer`, `serve`."""

import gc
import logging
import os
import signal
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Any, NoReturn, Protocol
from uuid import UUID

import click

from adapters import bootstrap
from adapters.cli.output import say
from adapters.embedded import read_runtime
from adapters.logs import to_standard_error
from adapters.process.kept_log import keep_log
from adapters.settings import Settings, load, pages_address
from domain.errors import SettingError
from domain.secrets import mask_text


class Role(Protocol):
    """Runs until it is told to stop."""

    def run(self) -> None:
        """Work."""

    def stop(self) -> None:
        """End soon."""


class WorkingRole(Role, Protocol):
    """One in whose process plugins run."""

    @property
    def status(self) -> int:
        """Of its process, once it has ended."""


def _partitions(_context: click.Context, _option: click.Parameter, value: str | None) -> list[int] | None:
    if value is None:
        return None
    try:
        return [int(number) for number in value.split(",")]
    except ValueError as error:
        raise click.BadParameter("expected numbers separated by commas, such as 0,1,2") from error


partitions_option = click.option(
    "--partitions", callback=_partitions, metavar="N,N,…", help="Read these partitions instead of joining the consumer group."
)


@click.command()
@click.option("--verbose", is_flag=True, help="Show the log of all roles here.")
def up(verbose: bool) -> None:
    """Run everything on this machine: coordinator, workers, server; database and broker unless others are configured."""
    from adapters.roles.supervisor import Supervisor, role_commands

    settings = load()
    callbacks: dict[str, Any] = {"ready": lambda _runtime: say_ready(settings)}
    if settings.log_format == "json":
        to_standard_error(settings.log_level, "json")
        callbacks = {"log": _log_line}
    Supervisor(settings, role_commands(settings), prepare=_prepare(settings), verbose=verbose, **callbacks).run()


def _log_line(line: str) -> None:
    logging.getLogger("harvestlog.up").info("%s", line)


def _prepare(settings: Settings) -> Callable[[str, str], None]:
    def prepare(database_url: str, bootstrap_servers: str) -> None:
        services = bootstrap.with_services(settings, database_url, bootstrap_servers)
        bootstrap.prepare(replace(services, embedded_broker=settings.own_broker))

    return prepare


def say_ready(settings: Settings) -> None:
    """Say that all runs, where the pages are, and what to do next."""
    from adapters.roles.supervisor import can_serve

    if settings.serve_workers and settings.serve_port and can_serve():
        say(f"pages: {pages_address(settings)}; to sign in there: harvester person create NAME --sysadmin", err=True)
    say("harvestlog is up; stop it with Ctrl-C. In another terminal: harvester status", err=True)


def _configured(role: str, *, check: bool = True) -> Settings:
    """Settings that name a database and a broker, whose tables and topics are there. Raises SettingError."""
    settings = load()
    if settings.own_postgres:
        raise _missing(settings, "database", "HARVEST_DATABASE_URL")
    if settings.own_broker:
        raise _missing(settings, "broker", "HARVEST_KAFKA_BOOTSTRAP_SERVERS")
    to_standard_error(settings.log_level, settings.log_format)
    if check:
        bootstrap.check(settings)
    keep_log(settings, role)
    return settings


def _missing(settings: Settings, service: str, variable: str) -> SettingError:
    """A role of its own needs services that its settings name; those of an `up` are for the roles of that `up`."""
    if runtime := read_runtime(settings.data_dir):
        return SettingError(
            f"`harvester up` runs already (pid {runtime.pid}), with all roles: for one more set {variable} to the {service} "
            "that both are to use"
        )
    return SettingError(f"No {service}: run `harvester up`, or set {variable}")


def _say_start(role: str, settings: Settings, serves: str) -> None:
    """The first line of a role's log: what it is, and what it serves."""
    from importlib.metadata import version

    target = f"CKAN {settings.ckan_url}" if settings.ckan_url else "the local catalogue"
    logging.getLogger(f"harvestlog.{role}").info(
        "%s of site %s starts (harvestlog %s, pid %d): %s; database %s, broker %s, target %s",
        *(role, settings.site_id, version("harvestlog"), os.getpid(), serves),
        *(mask_text(settings.database_url), settings.kafka_bootstrap_servers, mask_text(target)),
    )


def _prepare_process(role: Role) -> None:
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, lambda *_: role.stop())
    gc.freeze()  # what start-up made stays: the collector needn't look at it again and again
    gc.set_threshold(20_000, 50, 50)
    from adapters.process.worker import give_memory_back

    give_memory_back()


def _work(worker: WorkingRole, settings: Settings, limit: float) -> NoReturn:
    """`limit`: seconds that a stage of a plugin may take; one that keeps the interpreter to itself stops all others."""
    from adapters.process.worker import frozen_after, work_and_leave

    _prepare_process(worker)
    work_and_leave(worker, frozen_after(limit, settings.lease))


def _read(partitions: Sequence[int] | None) -> str:
    return "the partitions that its group gives it" if partitions is None else f"partitions {', '.join(map(str, partitions))}"


@click.command("gather-consumer")
@partitions_option
def gather_consumer(partitions: Sequence[int] | None) -> None:
    """Consume the gather topic: find out which records the remotes have."""
    settings = _configured("gather-consumer")
    _say_start("gather-consumer", settings, f"gathers {settings.gather_threads} jobs at a time from {_read(partitions)}")
    _work(bootstrap.gather_worker(settings, partitions), settings, settings.gather_timeout)


@click.command("gather-apart", hidden=True)
@click.argument("job_id", type=click.UUID)
@click.argument("worker")
def gather_apart(job_id: UUID, worker: str) -> None:
    """Gather one job for a gather worker, in a process of its own."""
    settings = _configured("gather-apart", check=False)
    _work(bootstrap.gather_apart(settings, job_id, worker), settings, settings.gather_timeout)


@click.command("fetch-consumer")
@partitions_option
def fetch_consumer(partitions: Sequence[int] | None) -> None:
    """Consume the fetch topic: fetch records and import them as datasets."""
    settings = _configured("fetch-consumer")
    _say_start("fetch-consumer", settings, f"runs {settings.fetch_threads} records at a time from {_read(partitions)}")
    _work(bootstrap.fetch_worker(settings, partitions), settings, min(settings.fetch_timeout, settings.import_timeout))


@click.command()
@click.option("--host", metavar="ADDRESS", help="Address to listen on; 0.0.0.0: all. [default: HARVEST_SERVE_HOST]")
@click.option("--port", type=click.IntRange(0, 65_535), help="Port; 0: any free one. [default: HARVEST_SERVE_PORT]")
@click.option("--workers", type=click.IntRange(1, 64), help="How many processes. [default: HARVEST_SERVE_WORKERS]")
def serve(host: str | None, port: int | None, workers: int | None) -> None:
    """Serve the pages and the Action API over HTTP; any number may run."""
    variables = {"HARVEST_SERVE_HOST": host, "HARVEST_SERVE_PORT": port, "HARVEST_SERVE_WORKERS": workers}
    os.environ.update({name: str(value) for name, value in variables.items() if value is not None})  # its processes read them
    settings = load()
    if settings.own_postgres:
        raise _missing(settings, "database", "HARVEST_DATABASE_URL")
    to_standard_error(settings.log_level, settings.log_format)
    server = bootstrap.server(settings)
    _say_start("serve", settings, f"answers at {server.address}")
    _prepare_process(server)  # uvicorn raises signals again when it has ended: the status is 0, like other roles'
    server.run()


@click.command()
def coordinator() -> None:
    """Dispatch work, end jobs, retry, and keep the projections up to date; any number may run, one leads."""
    settings = _configured("coordinator")
    _say_start("coordinator", settings, "dispatches work, ends jobs, keeps the tables; one leads")
    failures: list[Exception] = []

    def failed(error: Exception) -> None:
        failures.append(error)
        leader.stop()

    leader, read_model = bootstrap.coordinator_with_read_model(settings, failed)
    read_model.start()
    _prepare_process(leader)
    leader.run()
    read_model.stop()
    if failures:
        raise failures[0]

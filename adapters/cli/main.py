"""The command `harvester`: its groups and commands, each imported when it is called."""

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NoReturn

import click

from adapters.cli.start import INTERRUPTED
from domain.errors import HarvestError, SettingError

COMMANDS = {
    "initdb": ("setup:initdb", "Create or upgrade the database schemas, and check the target."),
    "source": ("sources:source", "Create, show, edit, clear and remove harvest sources."),
    "sources": ("sources:sources", "List harvest sources; with `all` the inactive ones too."),
    "job": ("jobs:job", "Create a harvest job for SOURCE (id or name)."),
    "jobs": ("jobs:jobs", "List harvest jobs, newest first, one line each."),
    "job-all": ("maintenance:job_all", "Create a harvest job for every active source that has none."),
    "job-abort": ("jobs:job_abort", "Stop a job, given by its id or by its source."),
    "abort-failed-jobs": (
        "maintenance:abort_failed_jobs",
        "Stop jobs that have run for longer than their sources' frequency allows.",
    ),
    "history": ("dataset_history:history", "Show the versions of DATASET, how it was at a time, or what changed."),
    "job-report": ("jobs:job_report", "Show a job (by its id, or the last one of a source) with all its errors."),
    "night": ("pictures:night", "Show how busy each of 24 hours was at each source, and what failed in it."),
    "causes": ("pictures:causes", "Show why records failed, the largest causes first."),
    "statistics": ("pictures:statistics", "Show jobs, records and datasets by day (UTC): of SOURCE, or of all."),
    "log": ("log:log", "Show what happened to jobs and records, and what plugins logged meanwhile."),
    "clean-harvest-log": ("log:clean_harvest_log", "Remove old lines of the log, as a cron job would."),
    "import": ("reimport:import_", "Import stored documents again without downloading anything."),
    "retry": ("reimport:retry", "Try the failed records of JOB (its id, or a source for its last job) again."),
    "undo": ("undoing:undo", "Undo what JOB did (its id, or a source for its last job), in a new job."),
    "pause": ("pauses:pause", "Start no scheduled jobs: of SOURCE (id or name), of all, of a host, or into the target."),
    "resume": ("pauses:resume", "End a pause: of SOURCE (id or name), of all, of a host, or of the target."),
    "approve": ("deletions:approve", "Carry out the deletions that JOB held (its id, or its source), in a new job."),
    "reject": ("deletions:reject", "Drop the deletions that JOB held (its id, or its source): the datasets stay."),
    "deletions": ("deletions:deletions", "List what JOB_OR_SOURCE deleted, kept or holds, or all jobs that hold deletions."),
    "bulk": ("bulk:bulk", "Do ACTION to many sources: to the SOURCES named (id or name), or to all that the options find."),
    "rmsource": ("deletions:rmsource", "Remove a source. Its datasets are kept, released or deleted; its history stays."),
    "clearsource": ("deletions:clearsource", "Delete all datasets of a source, in the target too; the source stays."),
    "run": ("running:run", "Start waiting jobs and end completed ones, as a cron job would."),
    "run-test": ("running:run_test", "Harvest SOURCE in this process, without broker and workers."),
    "preview": ("previewing:preview", "Show what a harvest of SOURCE would import, and store nothing."),
    "serve": ("roles:serve", "Serve the pages and the Action API over HTTP."),
    "up": ("roles:up", "Run everything on this machine."),
    "coordinator": ("roles:coordinator", "Dispatch work, end jobs, retry, and keep the projections up to date."),
    "gather-consumer": ("roles:gather_consumer", "Consume the gather topic: find out which records the remotes have."),
    "fetch-consumer": ("roles:fetch_consumer", "Consume the fetch topic: fetch records and import them as datasets."),
    "reindex": (
        "maintenance:reindex",
        "Rebuild the search rows of all sources, or of one, from the log; says what was wrong.",
    ),
    "purge-queues": ("maintenance:purge_queues", "Take back what was sent to workers, and stop the jobs it belonged to."),
    "harvesters-info": ("sources:harvesters_info", "List the installed harvesters, which are the possible TYPEs of a source."),
    "projections": ("projections:projections", "Show and rebuild what is projected from the event log."),
    "new-plugin": ("new_plugin:new_plugin", "Write a project with a harvester of type NAME, and tests that pass."),
    "types": ("harvester_types:types", "List the types that a source can have, or show the options of TYPE."),
    "catalogue": ("catalogue:catalogue", "Look into the local catalogue."),
    "sql": ("sql:sql", "Ask the database with SQL: opens psql, or shows the answer to STATEMENT."),
    "secrets": ("secrets:secrets", "Show which key encrypts the secrets of sources, and change it."),
    "topics": ("topics:topics", "Show the site's topics on Kafka, or the commands that create them."),
    "config": ("configuration:config", "Show all settings, and where each value comes from."),
    "notices": ("notices:notices", "List mail and webhook events, show which were not sent and why, and try them again."),
    "test-mail": ("notices:test_mail", "Send a mail to ADDRESS, to see whether the settings are right."),
    "recipients": ("notices:recipients", "Show who gets mail about SOURCE (id or name), and why."),
    "subscribe": ("notices:subscribe", "Send mail about SOURCE (id or name) to ADDRESS."),
    "unsubscribe": ("notices:unsubscribe", "Send ADDRESS no mail about SOURCE, or about any source."),
    "subscriptions": ("notices:subscriptions", "Show who wants mail about which source, and who wants none."),
    "org": ("persons:org", "Organisations that sources belong to, and the roles of persons in them."),
    "person": ("persons:person", "harvestlog's own persons, who sign in to the pages and call the Action API."),
    "token": ("persons:token", "Create, list and revoke the tokens with which programs call the Action API."),
    "breaker": ("breakers:breaker", "Send requests again to remote hosts in trouble, or to the target."),
    "dead-letters": ("breakers:dead_letters", "List messages that could not be decoded."),
    "session": ("browser_sessions:session_group", "List and end the browser sessions of a person."),
    "disk": ("disk:disk", "Show what uses how much disk space, and what retention would remove."),
    "status": ("setup:status", "Show whether all parts are there and what they do."),
    "doctor": ("doctor:doctor", "Check this installation, and say how to fix what is wrong."),
    "demo": ("demo:demo", "Start everything, harvest a catalogue, show the result, and stop again."),
}
"""Each command's module and function, and its line of help: showing the list imports none of them."""
LEAST_ROOM = 2**20  # bytes; a disk with less is full
HIDDEN = {"gather-apart": ("roles:gather_apart", "")}
"""What our own processes call."""


class Commands(click.Group):
    """Commands by name, each imported when it is called; what a person or a machine did wrong ends any of them on one line."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Take older command lines, too."""
        from adapters.cli.old_forms import todays

        return super().parse_args(ctx, todays(args))

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command; underscores count as hyphens, as in older command lines of ckanext-harvest."""
        place, _ = (COMMANDS | HIDDEN).get(cmd_name.replace("_", "-"), ("", ""))
        if not place:
            return None
        import importlib

        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(f"adapters.cli.{module}"), name)
        _accept_ini(command)
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """Name the nearest command for one that isn't there."""
        if args and not args[0].startswith("-") and args[0].replace("_", "-") not in COMMANDS | HIDDEN:
            from domain.nearest import did_you_mean

            ctx.fail(f"No such command {args[0]!r}{did_you_mean(args[0], COMMANDS)}.")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """The list of commands, from the table."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        _print_anything()
        with _on_one_line():
            return super().invoke(ctx)

    def make_context(self, *args: Any, **kwargs: Any) -> click.Context:
        """Read the command line; the list of commands is shown meanwhile."""
        with _on_one_line():
            return super().make_context(*args, **kwargs)


@contextmanager
def _on_one_line() -> Iterator[None]:
    """What a person or their machine did wrong ends the command on one line, and Ctrl-C on none."""
    try:
        yield
        return
    except HarvestError as error:
        refused = error
    except OSError as error:
        if isinstance(error, BrokenPipeError):
            raise  # click ends quietly: the reader has seen enough
        refused = SettingError(_machine(error))
    except KeyboardInterrupt:
        click.echo(err=True)
        sys.exit(INTERRUPTED)
    _fail(refused)


def _use_ini(_context: click.Context, _option: click.Parameter, path: str | None) -> None:
    """Read settings from a CKAN's ini from now on, in the processes that this one starts too."""
    if not path:
        return
    import os

    from adapters.settings import CKAN_INI

    try:
        os.environ[CKAN_INI] = os.path.abspath(path)
        _tell_idle_options()
    except HarvestError as error:
        _fail(error)


def _tell_idle_options() -> None:
    """Name the options of the CKAN ini that have no effect, once: not again in each process that this one starts."""
    import os

    from adapters.cli.output import say
    from adapters.settings import CKAN_INI, CKAN_INI_TOLD, idle_options

    path = os.environ.get(CKAN_INI)
    if not path or os.environ.get(CKAN_INI_TOLD) == path:
        return
    for line in idle_options():
        say(f"Warning: {line}", err=True)
    os.environ[CKAN_INI_TOLD] = path


INI = ("-c", "--config")
INI_HELP = "Read settings from this CKAN's ini file; HARVEST_* variables go before it."


def _ini_option(names: Sequence[str], *, hidden: bool) -> click.Option:
    return click.Option(
        [*names, "ini"],
        metavar="CKAN_INI",
        help=INI_HELP,
        expose_value=False,
        is_eager=True,
        hidden=hidden,
        callback=_use_ini,
    )


def _accept_ini(command: click.Command) -> None:
    """Let `-c ckan.ini` stand after a command as well as before it, unless the command has an option of that name."""
    if isinstance(command, click.Group):
        for subcommand in command.commands.values():
            _accept_ini(subcommand)
    options = {name for option in command.params for name in option.opts}
    if names := [name for name in INI if name not in options]:
        command.params.append(_ini_option(names, hidden=True))


def _fail(error: HarvestError) -> NoReturn:
    from adapters.cli.output import fail

    fail(error, as_json="--json" in sys.argv)


def _print_anything() -> None:
    """A character that the terminal lacks is shown as its code, and never ends a command."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure:
            reconfigure(errors="backslashreplace")


def _full_place() -> str:
    """Which folder it was that had no room, where the system doesn't name the file."""
    from adapters.embedded.space import disk_space
    from adapters.settings import load

    folder = load().data_dir
    space = disk_space(folder)
    full = space is not None and space[0] < LEAST_ROOM
    return f"{folder}, HARVEST_DATA_DIR," if full else "the output"


def _machine(error: OSError) -> str:
    """What is wrong with this machine, and with which file of it."""
    import errno

    if error.errno in (errno.ENOSPC, errno.EDQUOT) and error.filename in (None, "standard output", "standard error"):
        return f"{error.strerror} (the disk of {error.filename or _full_place()} is full: free some space)"
    hints = {
        errno.EACCES: "it belongs to another user: run harvester as that user, or set HARVEST_DATA_DIR to a folder of your own",
        errno.EPERM: "it belongs to another user: run harvester as that user, or set HARVEST_DATA_DIR to a folder of your own",
        errno.EROFS: "the disk is read-only: set HARVEST_DATA_DIR to a folder on another one",
        errno.ENOSPC: "the disk is full: free some space, or set HARVEST_DATA_DIR to a folder on another one",
        errno.EDQUOT: "the disk quota is used up: free some space, or set HARVEST_DATA_DIR to a folder on another disk",
        errno.EMFILE: "too many files are open: raise the limit with `ulimit -n`",
    }
    where = f"{error.filename}: " if error.filename else ""
    text = error.strerror or str(error) or type(error).__name__
    hint = hints.get(error.errno or 0)
    return f"{where}{text}" + (f" ({hint})" if hint else "")


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="harvestlog", prog_name="harvester")
@click.option(*INI, "ini", metavar="CKAN_INI", expose_value=False, is_eager=True, callback=_use_ini, help=INI_HELP)
def main() -> None:
    """Harvest open-data catalogues into a catalogue of your own, on an event log that keeps everything.

    Without configuration everything runs on this machine: start `harvester up`, then, in another terminal,

    \b
      harvester source create my-source https://demo.ckan.org ckan
      harvester job my-source --wait

    Settings are read from the environment (HARVEST_DATABASE_URL, HARVEST_KAFKA_BOOTSTRAP_SERVERS, ...), or from CKAN's ini:
    -c ckan.ini may stand before or after a command. `harvester config show` lists them.
    """
    from adapters.cli.output import say
    from adapters.logs import to_standard_error
    from adapters.settings import unknown

    to_standard_error("WARNING")
    for warning in unknown():
        say(f"Warning: {warning}", err=True)
    _tell_idle_options()

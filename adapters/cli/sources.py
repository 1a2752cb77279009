"""`source create`, `source show`, `source edit`, `source reactivate`, `sources`, `harvesters-info`."""

from typing import Any

import click

from adapters.actions.whole_lists import all_pages
from adapters.cli.csv_output import csv_option, write_csv
from adapters.cli.deletions import clear, remove
from adapters.cli.history import clear_history
from adapters.cli.output import after_option, block, emit, json_option, more, paging, session
from adapters.cli.source_edit import edit
from adapters.cli.source_text import describe, there_are
from adapters.cli.typed import Choice
from domain.text import counted

Row = dict[str, Any]


class SourceCommands(click.Group):
    """Subcommands; without one, `source ID_OR_NAME` shows a source and `source NAME URL TYPE …` creates one, as it once was."""

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        """The subcommand that a person means."""
        name = args[0].replace("_", "-")
        if name in self.commands or name.startswith("-"):
            return super().resolve_command(ctx, [name, *args[1:]])
        values = next((number for number, word in enumerate(args) if word.startswith("-")), len(args))
        if values == 2:
            from domain.nearest import did_you_mean

            ctx.fail(f"No such command {args[0]!r}{did_you_mean(name, self.commands)}, and no TYPE to create a source with.")
        return super().resolve_command(ctx, ["show" if values == 1 else "create", *args])


@click.group(cls=SourceCommands)
def source() -> None:
    """Create, show, edit, clear and remove harvest sources.

    Without a subcommand, `source ID_OR_NAME` shows a source, and `source NAME URL TYPE ...` creates one.
    """


source.add_command(clear)
source.add_command(clear_history)
source.add_command(edit)
source.add_command(remove)


def _in_its_place(context: click.Context, argument: click.Parameter, value: str) -> str:
    """Refuse a configuration that was given too early, as a title for instance."""
    if value.lstrip().startswith("{") and isinstance(_json(value), dict):
        argument_name = argument.human_readable_name
        raise click.UsageError(
            f"{argument_name} is a configuration (JSON): give it with --configuration, or after FREQUENCY.", context
        )
    return value


class _Active(click.types.BoolParamType):
    """true or false; a configuration in its place is refused without being shown."""

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> bool:
        if ctx is not None and param is not None:
            _in_its_place(ctx, param, str(value))
        return super().convert(value, param, ctx)


def _json(value: str) -> Any:
    import json

    try:
        return json.loads(value)
    except ValueError:
        return None


@source.command()
@click.argument("name")
@click.argument("url")
@click.argument("type")
@click.argument("title", default="", callback=_in_its_place)
@click.argument("active", type=_Active(), default=True)
@click.argument("owner_org", default="", callback=_in_its_place)
@click.argument("frequency", default="MANUAL", callback=_in_its_place)
@click.argument("config", default="")
@click.option("--configuration", default="", metavar="JSON", help="The same as CONFIG, without the arguments before it.")
@click.option("--taken-over", is_flag=True, help="Its datasets come from elsewhere: the first full job holds its deletions.")
@click.option("--id", type=click.UUID, help="The id to use; generated when not given.")
@click.option("--cron", default="", help="When to harvest, in place of FREQUENCY, e.g. '30 2 * * 1-5'.")
@click.option("--time-zone", default="", help="Time zone of --cron and --blackout, e.g. Europe/Berlin. [default: UTC]")
@click.option("--blackout", default="", help="When no scheduled job may start, e.g. 'Mon-Fri 08:00-18:00; Sat 10:00-12:00'.")
@json_option
def create(type: str, as_json: bool, configuration: str, **fields: Any) -> None:
    """Create a harvest source. TYPE is the name of a harvester, e.g. ckan; CONFIG its configuration as JSON.

    ACTIVE is true (the default) or false, OWNER_ORG the id or name of an organisation, and FREQUENCY MANUAL (the default),
    DAILY, WEEKLY, BIWEEKLY, MONTHLY or ALWAYS. '' leaves TITLE or OWNER_ORG empty.
    """
    if configuration and fields["config"]:
        raise click.UsageError("Give the configuration once: as CONFIG or with --configuration.")
    fields["config"] = fields["config"] or configuration
    with session() as actions:
        row = actions.call("harvest_source_create", source_type=type, **fields)
        count = 0 if as_json else actions.call("harvest_source_list", limit=1)["count"]
        emit(row, as_json, lambda: f"{_created(row)}:\n{describe(row)}\n{there_are(count)}")


def _created(row: Row) -> str:
    if not row["jobs"]:
        return "Created new harvest source"
    datasets = counted(row["datasets"], "dataset")
    return f"This source was here before, under the same id: it goes on with its {datasets} and its history"


@source.command()
@click.argument("id_or_name")
@json_option
def reactivate(id_or_name: str, as_json: bool) -> None:
    """Make an inactive source active again; one that was removed must be created again instead."""
    with session() as actions:
        row = actions.call("harvest_source_reactivate", id=id_or_name)
        emit(row, as_json, lambda: f"Reactivated harvest source:\n{describe(row)}")


@source.command()
@click.argument("id_or_name")
@json_option
def show(id_or_name: str, as_json: bool) -> None:
    """Show a harvest source."""
    with session() as actions:
        row = actions.call("harvest_source_show", id=id_or_name)
        emit(row, as_json, lambda: describe(row))


@click.command()
@click.argument("all", required=False, type=Choice(["all"]))
@click.option("--failing", is_flag=True, help="Only sources whose last job failed, or produced only errors.")
@click.option("--overdue", is_flag=True, help="Only sources without a successful job for two periods of their schedules.")
@click.option("--never-succeeded", is_flag=True, help="Only sources that never had a successful job.")
@click.option(
    "--shrunk", is_flag=True, help="Only sources whose last job deleted more than HARVEST_SHRUNK_PERCENT of the datasets."
)
@click.option("--org", "owner_org", default="", metavar="ORG", help="Only sources of this organisation.")
@click.option("--type", "source_type", default="", help="Only sources of this type, e.g. ckan.")
@click.option(
    "--sort",
    default="created",
    show_default=True,
    type=Choice(["created", "name", "title", "datasets", "errors", "last-job", "last-success"]),
    help="Newest, largest number or oldest success first; names in alphabetical order.",
)
@csv_option
@paging()
@after_option("source (id or name)")
@json_option
def sources(all: str | None, as_csv: bool, as_json: bool, **which: Any) -> None:
    """List harvest sources; with `all` the inactive ones too."""
    with session() as actions:
        if as_csv:
            pages = all_pages(actions, "harvest_source_list", "sources", only_active=not all, **which)
            write_csv(CSV_COLUMNS, pages)
            return
        page = actions.call("harvest_source_list", only_active=not all, **which)
        end = there_are(page["count"], "" if all else "active ")
        emit(page, as_json, lambda: "\n".join([*map(describe, page["sources"]), end, *more(page["next"])]))


CSV_COLUMNS = (
    *("id", "name", "title", "url", "type", "active", "frequency", "owner_org", "created", "jobs", "datasets", "last_job_id"),
    *("last_job_status", "last_job_outcome", "last_job_created", "last_job_finished", "next_run"),
)


@click.command("harvesters-info")
@json_option
def harvesters_info(as_json: bool) -> None:
    """List the installed harvesters, which are the possible TYPEs of a source."""
    with session() as actions:
        answer = actions.call("harvesters_info_show")
        emit(answer, as_json, lambda: "\n".join(map(_harvester, answer)) or "No harvester is installed")


def _harvester(info: Row) -> str:
    fields = ("name", "title", "description", "place", "problem")
    return block({name: info[name] for name in fields if info[name]})

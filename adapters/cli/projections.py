"""`projections list`, `projections rebuild`."""

import sys

import click

from adapters.cli.output import block, emit, json_option, session, told_steps
from adapters.cli.typed import Choice


@click.group()
def projections() -> None:
    """Show and rebuild what is projected from the event log."""


@projections.command("list")
@json_option
def list_projections(as_json: bool) -> None:
    """Show how far each projection is."""
    with session() as actions:
        answer = actions.call("harvest_projection_list")
        running = [f"A rebuild is running: {answer['rebuild']['text']}"] if answer["rebuild"] else []
        emit(answer, as_json, lambda: "\n".join([*map(block, answer["projections"]), *running]))


@projections.command()
@click.argument("name", type=Choice(["read_model", "work"]), default="read_model")
@click.option("--accept-differences", is_flag=True, help="Use the new read model even if it differs.")
@click.option("--datasets", is_flag=True, help="With work: build what each source holds as well, from all imports in the log.")
@click.option("--verify", is_flag=True, help="Only compare the new read model with the live one, which stays.")
@json_option
def rebuild(name: str, accept_differences: bool, datasets: bool, verify: bool, as_json: bool) -> None:
    """Rebuild a projection (read_model unless given) from the log; readers see the old one until it is replaced.

    The new read model is compared with the live one at the same position of the log. When they differ the status is 1, the live
    one stays, and the new one is in schema harvest_shadow to be looked at.

    Pending work is built from the unfinished jobs, and the live tables are mended where they differ (status 1 as well).
    """
    with session(tell=told_steps(quiet=as_json)) as actions:
        values = {"accept_differences": accept_differences, "datasets": datasets, "verify": verify}
        report = actions.call("harvest_projection_rebuild", name=name, **values)
        emit(report, as_json, lambda: block(report))
    sys.exit(1 if report["differences"] else 0)

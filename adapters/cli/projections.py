"""`projections list`, `projections rebuild`."""

import sys

import click

from adapters.cli.output import block, emit, json_option
from adapters.cli.services import connected
from adapters.postgres.read_model import tables as read_model
from adapters.postgres.work.gather_memory import log_position, work_position


@click.group()
def projections() -> None:
    """Show and rebuild what is projected from the event log."""


@projections.command("list")
@json_option
def list_projections(as_json: bool) -> None:
    """Show how far each projection is."""
    with connected() as parts:
        newest = log_position(parts.database)
        positions = {"work": work_position(parts.database), read_model.NAME: parts.read_model_projector().position()}
        rows = [{"name": name, "position": at, "behind": newest - at, "log": newest} for name, at in positions.items()]
        emit({"projections": rows}, as_json, lambda: "\n".join(block(row) for row in rows))


@projections.command()
@click.argument("name", type=click.Choice([read_model.NAME, "work"]), default=read_model.NAME)
@click.option("--accept-differences", is_flag=True, help="Put the new read model in place even when it differs.")
@json_option
def rebuild(name: str, accept_differences: bool, as_json: bool) -> None:
    """Build a projection anew from the log; readers see the old one until it is replaced.

    The new read model is compared with the live one at the same position of the log. When they differ the status is 1, the live
    one stays, and the new one is in schema harvest_shadow to be looked at.
    """
    from adapters.postgres.read_model.rebuild import rebuild_read_model, rebuild_work

    with connected() as parts:
        report = (
            rebuild_work(parts.database) if name == "work" else rebuild_read_model(parts.database, accept=accept_differences)
        )
        emit(report.as_dict(), as_json, lambda: block(report.as_dict()))
    sys.exit(1 if report.differences else 0)

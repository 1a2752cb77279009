"""The command `harvester`: its groups and commands, each imported when it is called."""

import importlib
import logging
import sys
from typing import Any

import click

from adapters.cli.output import fail
from domain.errors import HarvestError

COMMANDS = {
    "initdb": "setup:initdb",
    "source": "sources:source",
    "sources": "sources:sources",
    "job": "jobs:job",
    "jobs": "jobs:jobs",
    "job-abort": "jobs:job_abort",
    "job-report": "jobs:job_report",
    "run": "running:run",
    "run-test": "running:run_test",
    "up": "roles:up",
    "coordinator": "roles:coordinator",
    "gather-consumer": "roles:gather_consumer",
    "fetch-consumer": "roles:fetch_consumer",
    "projections": "projections:projections",
    "catalogue": "catalogue:catalogue",
    "status": "setup:status",
    "demo": "demo:demo",
}


class Commands(click.Group):
    """Commands by name; HarvestError ends any of them on one line with status 1."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """In the order of the help text."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import a command."""
        place = COMMANDS.get(cmd_name.replace("_", "-"))
        if place is None:
            return None
        module, _, name = place.partition(":")
        command: click.Command = getattr(importlib.import_module(f"adapters.cli.{module}"), name)
        return command

    def invoke(self, ctx: click.Context) -> Any:
        """Run a command."""
        try:
            return super().invoke(ctx)
        except HarvestError as error:
            fail(error, as_json="--json" in sys.argv)


@click.command(cls=Commands, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="harvestlog", prog_name="harvester")
def main() -> None:
    """Harvest open-data catalogues into a catalogue of your own, on an event log that keeps everything.

    Without configuration everything runs on this machine: start `harvester up`, then, in another terminal,

    \b
      harvester source create my-source https://demo.ckan.org ckan
      harvester job my-source --wait

    Settings are read from the environment (HARVEST_DATABASE_URL, HARVEST_KAFKA_BOOTSTRAP_SERVERS, ...).
    """
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")

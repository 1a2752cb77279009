"""`config show`."""

import click

from adapters.cli.output import emit, json_option, say, table


@click.group()
def config() -> None:
    """Show all settings, and where each value comes from."""


@config.command()
@click.option("--set", "only_set", is_flag=True, help="Leave out settings that have their default value.")
@json_option
def show(only_set: bool, as_json: bool) -> None:
    """Show the value of each setting and where it came from; secrets are masked. No database is needed."""
    from adapters.actions.session import without_database

    answer = without_database().call("harvest_config_show", only_set=only_set)
    emit(answer, as_json, lambda: "\n".join(table(answer["settings"])) or "all settings have their defaults")
    if not as_json and (unread := [line for line in answer["without_effect"] if line.startswith("CKAN_INI=")]):
        say(f"Note: {unread[0]}", err=True)  # the others were reported at the start

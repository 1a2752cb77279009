"""`topics`."""

import sys
from typing import Any

import click

from adapters.cli.output import emit, json_option, table


@click.command()
@click.option("--print", "print_only", is_flag=True, help="Print the commands that make them and give rights; ask no broker.")
@json_option
def topics(print_only: bool, as_json: bool) -> None:
    """Show the site's topics on Kafka, or the commands that make them; status 1 when one is missing.

    Roles make them at their start, if they may. Where they may not, --print says what an administrator of Kafka has to do.
    """
    from adapters.actions.session import without_database

    answer = without_database().call("harvest_topic_list", ask=not print_only)
    if print_only:
        emit(answer, as_json, lambda: "\n".join(answer["commands"]))
        return
    emit(answer, as_json, lambda: "\n".join(table(map(_row, answer["topics"]))))
    sys.exit(0 if all(topic["partitions"] for topic in answer["topics"]) else 1)


def _row(topic: dict[str, Any]) -> dict[str, Any]:
    return {
        "topic": topic["name"],
        "partitions": topic["partitions"],
        "copies": topic["copies"],
        "": "" if topic["partitions"] else "missing, or not to be seen",
    }

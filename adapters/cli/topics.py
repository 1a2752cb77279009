"""`topics`."""

import sys
from typing import Any

import click

from adapters.cli.output import emit, json_option, table


@click.command()
@click.option(
    "--print", "print_only", is_flag=True, help="Print the commands that create them and grant rights; don't contact a broker."
)
@json_option
def topics(print_only: bool, as_json: bool) -> None:
    """Show the site's topics on Kafka, or the commands that create them; status 1 when one is missing.

    Coordinator and workers create them at their start, if they may. If they may not, --print shows what a Kafka administrator
    has to run.
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
        "": "" if topic["partitions"] else "missing, or not visible to this user",
    }

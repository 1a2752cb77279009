"""`secrets`: the keys by which the secrets of sources are encrypted."""

import sys

import click

from adapters.cli.output import block, emit, json_option, say, session
from domain.text import counted


@click.group()
def secrets() -> None:
    """Show which key encrypts the secrets of sources, and change it."""


@secrets.command()
@json_option
def show(as_json: bool) -> None:
    """Show the current key's id and where it is, and how many sources have secrets; status 1 when a key is missing here."""
    with session() as actions:
        answer = actions.call("harvest_secrets_show")
    fields = {"key": answer["key"] or "none yet", "keys in": answer["keys_in"], **_counts(answer["sources"])}
    emit(answer, as_json, lambda: block(fields).rstrip("\n"))
    missing = answer["sources"]["key_missing"] or (answer["key"] and not answer["key_here"])
    sys.exit(1 if missing else 0)


def _counts(sources: dict[str, int]) -> dict[str, int]:
    return {f"sources, {name.replace('_', ' ')}": count for name, count in sources.items()}


@secrets.command()
@click.option("--key-lost", is_flag=True, help="The current key is gone; secrets that it encrypted must be entered again.")
@json_option
def rotate(key_lost: bool, as_json: bool) -> None:
    """Encrypt the secrets of all sources with a new key, including those stored in plain text; older keys are kept."""
    with session() as actions:
        answer = actions.call("harvest_secrets_rotate", key_lost=key_lost)
    done = f"Key {answer['key']} in {answer['keys_in']} encrypts from now on; {counted(answer['changed'], 'source')} changed"
    emit(answer, as_json, lambda: done)
    for failure in () if as_json else answer["failed"]:
        say(f"Source {failure['source']}: {failure['message']}", err=True)
    sys.exit(1 if answer["failed"] else 0)


@secrets.command("new-key")
def new_key() -> None:
    """Print a new key for HARVEST_SECRET_KEY; nothing is changed."""
    from adapters.actions.secrets import new_key

    say(new_key())

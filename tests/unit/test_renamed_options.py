"""One thing has one name in all commands; what it was called before goes on working, and is not shown."""

import click
import pytest
from click.testing import CliRunner

from adapters.cli.main import main

OF_AN_ORGANISATION = [("sources",), ("source", "edit"), ("bulk",)]
OLD = [(("source", "edit"), "--of-org"), (("bulk",), "--organization")]


def _command(path: tuple[str, ...]) -> click.Command:
    command: click.Command = main
    for name in path:
        assert isinstance(command, click.Group)
        inner = command.get_command(click.Context(command), name)
        assert inner is not None
        command = inner
    return command


@pytest.mark.parametrize("path", OF_AN_ORGANISATION, ids=" ".join)
def test_sources_of_an_organisation_are_chosen_by_one_name(path: tuple[str, ...]) -> None:
    result = CliRunner().invoke(_command(path), ["--help"])

    assert " --org ORG " in result.output
    assert "--of-org" not in result.output
    assert "--organization" not in result.output


@pytest.mark.parametrize(("path", "old"), OLD)
@pytest.mark.parametrize("form", ["{}=amt", "{} amt"])
def test_the_old_name_is_understood(path: tuple[str, ...], old: str, form: str) -> None:
    command = _command(path)
    before = ["pause"] if path == ("bulk",) else []

    parsed = command.make_context("x", [*before, *form.format(old).split()], resilient_parsing=True).params

    assert parsed["org"] == "amt"

"""`source create` and `catalogue search` as a person types and reads them, without a database."""

import os
import shutil
import sys
from collections.abc import Callable
from typing import Any

import pytest
from click.testing import CliRunner

from adapters.cli import output
from adapters.cli.sources import source

CONFIG = '{"api_key": "hush"}'


def created(monkeypatch: pytest.MonkeyPatch, *arguments: str) -> tuple[Any, dict[str, Any]]:
    """What `source create` printed, and what it asked for."""
    asked: dict[str, Any] = {}

    class Session:
        def __enter__(self) -> "Session":
            return self

        def __exit__(self, *_: object) -> None:
            pass

        def call(self, action: str, **values: Any) -> Any:
            asked.update(values if action == "harvest_source_create" else {})
            return {"jobs": 0, "count": 1, "id": "1", "name": "city"}

    monkeypatch.setattr("adapters.cli.sources.session", Session)
    return CliRunner().invoke(source, ["create", "city", "http://city.example", "ckan", *arguments, "--json"]), asked


@pytest.mark.parametrize(
    ("arguments", "what"),
    [
        ([CONFIG], "TITLE"),
        ([f"  {CONFIG}\n"], "TITLE"),
        (["City", CONFIG], "ACTIVE"),
        (["City", "true", CONFIG], "OWNER_ORG"),
        (["City", "true", "", CONFIG], "FREQUENCY"),
    ],
)
def test_a_configuration_in_the_place_of_another_argument_is_refused_with_a_hint(
    monkeypatch: pytest.MonkeyPatch, arguments: list[str], what: str
) -> None:
    result, asked = created(monkeypatch, *arguments)

    assert (result.exit_code, asked) == (2, {})
    assert f"{what} is a configuration (JSON): give it with --configuration, or after FREQUENCY." in result.output
    assert "hush" not in result.output


@pytest.mark.parametrize("title", ["{City}", "[Trees]", "{", "City {draft}"])
def test_a_title_with_brackets_is_a_title(monkeypatch: pytest.MonkeyPatch, title: str) -> None:
    result, asked = created(monkeypatch, title)

    assert (result.exit_code, asked["title"]) == (0, title)


def test_a_configuration_may_be_given_by_its_name(monkeypatch: pytest.MonkeyPatch) -> None:
    result, asked = created(monkeypatch, "--configuration", CONFIG)

    assert (result.exit_code, asked["config"], asked["title"]) == (0, CONFIG, "")


def test_a_configuration_is_given_once(monkeypatch: pytest.MonkeyPatch) -> None:
    result, asked = created(monkeypatch, "City", "true", "", "MANUAL", "{}", "--configuration", CONFIG)

    assert (result.exit_code, asked) == (2, {})
    assert "Give the configuration once" in result.output


@pytest.fixture
def terminal(monkeypatch: pytest.MonkeyPatch) -> Callable[[int], None]:
    """Standard output is a terminal so many characters wide; 0: it is a file."""

    def set_width(width: int) -> None:
        monkeypatch.setattr(sys.stdout, "isatty", lambda: width > 0)
        monkeypatch.setattr(shutil, "get_terminal_size", lambda: os.terminal_size((width, 24)))

    return set_width


def test_a_long_line_is_cut_to_the_terminal_and_whole_in_a_file(terminal: Callable[[int], None]) -> None:
    line = f"trees  {'A long title ' * 20}".rstrip()

    terminal(40)
    shown = output.cut(line)
    terminal(0)

    assert (len(shown), shown[-1], output.cut("trees  Trees")) == (40, "…", "trees  Trees")
    assert output.cut(line) == line


def test_a_title_of_several_lines_is_one_line(terminal: Callable[[int], None]) -> None:
    terminal(40)

    assert output.cut("trees  Trees\nof the city\n") == "trees  Trees of the city"

"""A list is whole, or says that it isn't: no limit is cut to a smaller one without a word."""

from collections.abc import Iterator
from typing import Any, cast

import click
import pytest

from adapters.actions.whole_lists import all_pages
from adapters.cli.main import main
from adapters.web.pages.organisations import every_organisation
from adapters.web.pages.page import Page

UNLIMITED = {"sql"}  # it asks the database itself


class Pages:
    """Answers with one row at a time."""

    def __init__(self, key: str, rows: list[str]) -> None:
        self._key = key
        self._rows = rows

    def call(self, name: str, **values: Any) -> dict[str, Any]:
        """The page after a row."""
        place = int(values.get("after") or 0)
        following = str(place + 1) if place + 1 < len(self._rows) else None
        return {self._key: [{"name": self._rows[place]}], "next": following}


def _limits(group: click.Group, context: click.Context) -> Iterator[tuple[str, click.Option]]:
    for name in group.list_commands(context):
        command = group.get_command(context, name)
        if isinstance(command, click.Group):
            yield from _limits(command, context)
        elif command is not None:
            options = (option for option in command.params if isinstance(option, click.Option))
            yield from ((name, option) for option in options if option.name == "limit")


def test_every_limit_says_how_large_it_may_be() -> None:
    limits = dict(_limits(main, click.Context(main)))

    assert len(limits) >= 14
    assert {name for name, option in limits.items() if cast("click.IntRange", option.type).max is None} == UNLIMITED


def test_a_form_offers_all_organisations() -> None:
    page = cast("Page", Pages("organizations", ["a", "b", "c"]))

    assert [row["name"] for row in every_organisation(page)] == ["a", "b", "c"]


@pytest.mark.parametrize("which", [{"skipped": True}, {"offset": 0}])
def test_all_pages_are_asked_for_with_what_the_action_takes(which: dict[str, Any]) -> None:
    asked: list[set[str]] = []

    class Asked(Pages):
        def call(self, name: str, **values: Any) -> dict[str, Any]:
            asked.append(set(values) - {"limit", "after"})
            return super().call(name, **values)

    rows = list(all_pages(Asked("listed", ["a", "b"]), "harvest_bulk_show", "listed", **which))

    assert [row["name"] for row in rows] == ["a", "b"]
    assert asked == [set(which), set(which)]

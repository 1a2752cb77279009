"""The table of figures in the README, from bench/results.json."""

from collections.abc import Iterable, Mapping
from typing import Any

HEAD = "| figure | value | at least (at most) | note |\n| --- | --- | --- | --- |\n"


def table(results: Iterable[Mapping[str, Any]]) -> str:
    """A row for each figure."""
    rows = (f"| {one['name']} | {_value(one)} | {_floor(one)} | {one['note']} |\n" for one in results)
    return HEAD + "".join(rows)


def with_table(readme: str, results: Iterable[Mapping[str, Any]]) -> str:
    """The README with a new table in the place of its own. Raises ValueError when it has none."""
    before, head, after = readme.partition(HEAD)
    if not head:
        raise ValueError("README.md has no table of figures")
    lines = after.splitlines(keepends=True)
    rows = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return before + table(results) + "".join(lines[rows:])


def _value(one: Mapping[str, Any]) -> str:
    return f"{one['value']:,} {one['unit']}"


def _floor(one: Mapping[str, Any]) -> str:
    return f"{round(one['floor'], 3):,}{'' if one['met'] else ' (missed)'}"

"""The table of figures in docs/figures.md, from bench/results.json."""

from collections.abc import Iterable, Mapping
from typing import Any

HEAD = "| figure | value | at least (at most) | note |\n| --- | --- | --- | --- |\n"


def table(results: Iterable[Mapping[str, Any]]) -> str:
    """A row for each figure."""
    rows = (f"| {row['name']} | {_value(row)} | {_floor(row)} | {row['note']} |\n" for row in results)
    return HEAD + "".join(rows)


def with_table(page: str, results: Iterable[Mapping[str, Any]]) -> str:
    """The page with its table replaced. Raises ValueError when it has none."""
    before, head, after = page.partition(HEAD)
    if not head:
        raise ValueError("docs/figures.md has no table of figures")
    lines = after.splitlines(keepends=True)
    rows = next((number for number, line in enumerate(lines) if not line.startswith("|")), len(lines))
    return before + table(results) + "".join(lines[rows:])


def _value(row: Mapping[str, Any]) -> str:
    return f"{row['value']:,} {row['unit']}"


def _floor(row: Mapping[str, Any]) -> str:
    return f"{round(row['floor'], 3):,}{'' if row['met'] else ' (missed)'}"

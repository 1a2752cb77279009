"""docs/figures.md shows the figures that were measured."""

import json

import pytest

from bench.page import with_table
from tests.support.stack import ROOT


def test_the_page_shows_what_was_measured() -> None:
    page = (ROOT / "docs" / "figures.md").read_text()
    results = json.loads((ROOT / "bench" / "results.json").read_text())

    assert with_table(page, results) == page


def test_only_the_table_is_replaced() -> None:
    result = {"name": "append", "value": 20320.2, "unit": "events/s", "floor": 15000, "met": True, "note": "500 a call"}
    missed = {"name": "cpu", "value": 3.1, "unit": "ms", "floor": 2.0004, "met": False, "note": ""}
    before, after = "# A\n\n| figure | value | at least (at most) | note |\n| --- | --- | --- | --- |\n", "\n## B\n| a | b |\n"

    page = with_table(f"{before}| old | 1 | 2 | 3 |\n{after}", [result, missed])

    rows = "| append | 20,320.2 events/s | 15,000 | 500 a call |\n| cpu | 3.1 ms | 2.0 (missed) |  |\n"
    assert page == before + rows + after


def test_a_page_without_a_table_is_refused() -> None:
    with pytest.raises(ValueError, match="no table"):
        with_table("# A\n", [])

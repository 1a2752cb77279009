"""docs/parity.md names tests that there are."""

import re

import pytest

from tests.support.stack import ROOT

PAGE = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
PROMISES = PAGE.partition("## What its README promises")[2]


@pytest.mark.parametrize(("file", "test"), TESTS)
def test_a_test_that_the_page_names_is_there(file: str, test: str) -> None:
    assert re.search(rf"^def {test}\(", (ROOT / file).read_text(encoding="utf-8"), re.MULTILINE)


def test_every_promise_names_a_test_or_says_why_not() -> None:
    rows = [
        line
        for line in PROMISES.splitlines()
        if line.startswith("| ") and not line.startswith(("| promise", "| what", "| ---"))
    ]

    assert len(rows) > 60
    assert [row for row in rows if "::test_" not in row and "differs" not in row and "not there yet" not in row] == []

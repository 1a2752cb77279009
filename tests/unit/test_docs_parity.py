"""docs/parity.md names tests that there are."""

import re

import pytest

from tests.support.stack import ROOT

PAGE = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")
TESTS = sorted(set(re.findall(r"`(tests/[\w/]+\.py)::(\w+)`", PAGE)))
PROMISES, _, DEFECTS = PAGE.partition("## What its README promises")[2].partition("## Its defects")
SUITE = PROMISES.partition("## Its test suite")[2]


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


def test_every_row_of_its_suite_is_there_once() -> None:
    named = [part for row in re.findall(r"^\| [^|]*\((\d[^)]*)\)[^|]*\|", SUITE, re.MULTILINE) for part in row.split(", ")]
    numbers = [number for part in named for number in _numbers(part)]

    assert sorted(numbers) == list(range(1, 104))
    one_by_one = {number for part in named if "–" not in part for number in _numbers(part)}
    assert {*range(1, 45), *range(93, 104)} <= one_by_one, "names, its CKAN harvester, end states and timeouts"


def _numbers(part: str) -> range:
    first, _, last = part.partition("–")
    return range(int(first), int(last or first) + 1)


def test_every_defect_names_a_test() -> None:
    rows = re.findall(r"^\| (\d+) \|.*`tests/[\w/]+\.py::test_\w+` \|$", DEFECTS, re.MULTILINE)

    assert [int(row) for row in rows] == list(range(1, 32))

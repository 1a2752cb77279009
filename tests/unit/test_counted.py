"""One is one: what is counted is named in the singular where there is a single one, by commands as on pages."""

import re
from pathlib import Path

import pytest

from adapters.cli import bulk, deletions, undoing
from domain.text import counted
from tests.support.stack import ROOT

NOUNS = (
    "datasets|resources|sources|records|objects|events|jobs|versions|deletions|lines|tokens|persons|members|sessions|options"
)
ALWAYS_SEVERAL = re.compile(rf"\{{[^{{}}]*(?:\[[^]]*\])?[^{{}}]*\}} ({NOUNS})\b")
SEVERAL = {
    "adapters/cli/roles.py",  # threads that were set
    "adapters/duties/recovery.py",  # from two on
    "adapters/kafka/topic_check.py",
    "adapters/stages/process_state.py",
    "adapters/sample_ckan/__main__.py",
    "adapters/cli/disk.py",  # a setting
    "adapters/actions/bulk.py",  # the most that are possible
    "adapters/actions/doctor.py",
    "adapters/postgres/log_lines.py",  # a setting
    "domain/source_health.py",  # it has a sentence for one as well
    "harvesters/ckan/whole.py",  # rows that are asked for
}


@pytest.mark.parametrize(
    ("number", "names", "said"),
    [
        (0, ("dataset",), "0 datasets"),
        (1, ("dataset",), "1 dataset"),
        (1200, ("dataset",), "1,200 datasets"),
        (1, ("line was", "lines were"), "1 line was"),
        (2, ("line was", "lines were"), "2 lines were"),
    ],
)
def test_a_number_stands_with_what_it_counts(number: int, names: tuple[str, ...], said: str) -> None:
    assert counted(number, *names) == said


def _sources() -> list[Path]:
    return [path for folder in ("adapters", "domain", "harvesters") for path in (ROOT / folder).rglob("*.py")]


def test_no_message_says_several_whatever_the_number_is() -> None:
    wrong = [
        f"{name}: {line.strip()}"
        for path in _sources()
        if (name := str(path.relative_to(ROOT))) not in SEVERAL
        for line in path.read_text(encoding="utf-8").splitlines()
        if 'f"' in line and (ALWAYS_SEVERAL.search(line) or re.search(r"[a-z]\(s\)", line))
        if not line.strip().startswith(("log.", "logger."))
    ]

    assert wrong == []


def test_an_undoing_of_one_dataset_says_so() -> None:
    told = dict.fromkeys(undoing.TEXTS, 0) | {"delete": 1, "lost": 2}

    assert undoing._lines(told) == [
        "  1 dataset that it added is deleted",
        "  2 datasets stay as they are, since what they were before is no longer kept",
    ]


@pytest.mark.parametrize(
    ("action", "said"),
    [
        ("harvest", "gets a job:"),
        ("pause", "starts no scheduled jobs any more:"),
        ("resume", "is no longer paused:"),
        ("schedule", "gets another schedule:"),
        ("clear", "loses all its datasets, in the target too; it holds 1 dataset:"),
        ("delete", "is removed from the list of sources; it holds 1 dataset:"),
    ],
)
def test_a_set_of_one_source_says_so(action: str, said: str) -> None:
    counts = {"id": "set", "action": action, "sources": 1, "datasets": 1, "left_out": 1}

    class Actions:
        def call(self, _name: str, **_values: object) -> dict[str, object]:
            return {"listed": [{"name": "city"}]}

    assert bulk._asked(Actions(), counts).splitlines()[0] == f"1 source {said}"


@pytest.mark.parametrize(("datasets", "said"), [("keep", "its 1 dataset stays as it is"), ("delete", "is going to be deleted")])
def test_a_source_of_one_dataset_leaves_with_it(datasets: str, said: str) -> None:
    assert said in deletions._leaving({"name": "city", "jobs": 1, "datasets": 1}, datasets)

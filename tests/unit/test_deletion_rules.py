"""What a deletion is called, and what status says of those that wait."""

import pytest

from domain.deletions import held_problems, what_became


@pytest.mark.parametrize(
    ("columns", "word"),
    [
        (("hidden", "COMPLETE", "deleted", "Finished"), "hidden"),
        (("held", "COMPLETE", "not modified", "Finished"), "held"),
        ((None, "COMPLETE", "deleted", "Finished"), "deleted"),  # by a version that didn't tell how
        ((None, "COMPLETE", "not modified", "Finished"), "left"),
        ((None, "ERROR", "errored", "Finished"), "failed"),
        ((None, "WAITING", None, "Running"), "waiting"),
        ((None, "WAITING", None, "Aborted"), "aborted"),
    ],
)
def test_a_deletion_has_one_word(columns: tuple[str | None, str, str | None, str], word: str) -> None:
    assert what_became(*columns) == word


def test_each_job_that_holds_deletions_is_a_line_that_says_what_to_do() -> None:
    jobs = [
        {"id": "j1", "source": "city", "held": 1200, "held_of": 2000},
        {"id": "j2", "source": "town", "held": 1, "held_of": None},
    ]

    lines = held_problems(jobs, more=True)

    assert lines == [
        "Job j1 of source city holds 1,200 deletions (it has 2,000 datasets): see `harvester deletions j1`, then "
        "`harvester approve j1` or `harvester reject j1`",
        "Job j2 of source town holds 1 deletion: see `harvester deletions j2`, then `harvester approve j2` or "
        "`harvester reject j2`",
        "Further jobs hold deletions: see `harvester deletions`",
    ]
    assert held_problems([], more=False) == []

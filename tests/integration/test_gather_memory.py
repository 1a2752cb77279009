"""What a harvester remembers from job to job, what it may ask of what is held, and records that it only lists."""

from collections.abc import Iterator
from typing import Any

import pytest

from domain.sources import HarvestSource, SourceFields
from harvesters.base import GatherError, HarvestJob, Listed, Record
from tests.integration.test_gather_run import Gathering, Remote, full, gathering

__all__ = ["gathering"]


def remembering(seen: list[Any], memory: Any) -> Remote:
    """A remote whose harvester notes what it remembers, and leaves something else."""

    def remote(job: HarvestJob) -> Iterator[Record]:
        seen.append((dict(job.memory), job.count_held()))
        job.memory = memory
        yield Record("a", "1")

    return remote


def test_what_is_left_in_memory_is_there_in_the_next_job(gathering: Gathering) -> None:
    seen: list[Any] = []
    for number in range(2):
        gathering.finish(gathering.run(remembering(seen, {"etag": f'"{number}"', "n": number})))
    gathering.run(remembering(seen, {}))

    assert seen == [({}, 0), ({"etag": '"0"', "n": 0}, 1), ({"etag": '"1"', "n": 1}, 1)]


def test_a_gather_may_ask_for_all_that_is_held_and_removed_datasets_are_not_among_it(
    gathering: Gathering, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("adapters.postgres.work.gather_memory.PAGE", 2)
    held: list[list[str]] = []

    def asking(job: HarvestJob) -> Iterator[Record]:
        held.append(list(job.held_guids()))
        yield Record("a", "1")

    gathering.finish(gathering.run(full(*(Record(guid, "1") for guid in "cbad"))))
    removing = gathering.run(full(*(Record(guid, "1") for guid in "cba")))
    gathering.finish(removing, lambda one: one.import_as("deleted" if one.action == "delete" else "added", "p"))
    gathering.run(asking)

    assert held == [["a", "b", "c"]]


def test_what_a_source_learned_in_a_first_job_with_errors_is_there_in_the_next_one(gathering: Gathering) -> None:
    def with_an_error(job: HarvestJob) -> Iterator[Record | GatherError]:
        job.memory = {"count_off": 3}
        yield Record("a", "1")
        yield GatherError("the count is wrong", "incomplete_listing")

    seen: list[Any] = []

    gathering.finish(gathering.run(with_an_error))
    gathering.run(remembering(seen, {}))

    assert gathering.app.load(HarvestSource, gathering.source).gathered_from is None
    assert seen == [({"count_off": 3}, 1)]


def test_a_job_that_failed_leaves_the_memory_as_it_was(gathering: Gathering) -> None:
    seen: list[Any] = []

    def failing(job: HarvestJob) -> Iterator[Record]:
        job.memory = {"n": 2}
        yield from ()
        raise ValueError("broken")

    gathering.finish(gathering.run(remembering(seen, {"n": 1})))
    gathering.finish(gathering.run(failing))
    gathering.run(remembering(seen, {}))

    assert seen[-1] == ({"n": 1}, 1)


def test_an_edit_of_the_address_empties_the_memory_also_while_a_job_runs(gathering: Gathering) -> None:
    job = gathering.run(remembering([], {"n": 1}))
    gathering.app.change_source(gathering.source, SourceFields("city", "http://other.example", "fake"), "admin")
    gathering.finish(job)

    assert gathering.app.load(HarvestSource, gathering.source).memory == {}


@pytest.mark.parametrize(
    ("memory", "said"),
    [
        ("text", "must be a dict"),
        ({"a": object()}, "can't be stored as JSON"),
        ({"a": "x" * 20_000}, "at most 10,000 are kept"),
    ],
)
def test_what_cannot_be_remembered_is_an_error(gathering: Gathering, memory: Any, said: str) -> None:
    job = gathering.run(remembering([], memory))

    [(code, message, _)] = gathering.errors(job)
    assert code == "bad_memory"
    assert said in message


def test_what_is_only_listed_stays_and_the_rest_goes(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(Record("a", "1"), Record("b", "2"), Record("c", "3"))))

    job = gathering.run(full(Listed(["a"]), Record("b", "new"), Listed(["b"])))

    assert {guid: known.action for guid, known in gathering.objects(job).items()} == {"b": "change", "c": "delete"}
    assert gathering.errors(job) == []


def test_a_record_that_was_listed_first_is_still_taken(gathering: Gathering) -> None:
    gathering.finish(gathering.run(full(Record("a", "1"))))

    job = gathering.run(full(Listed(["a", "b"]), Record("a", "new"), Record("b", "2")))

    assert {guid: known.action for guid, known in gathering.objects(job).items()} == {"a": "change", "b": "new"}
    assert gathering.errors(job) == []

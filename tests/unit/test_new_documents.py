"""Stages begin only where there is room for the documents that they may bring."""

import threading
from collections.abc import Iterator
from types import SimpleNamespace
from typing import Any, cast

import pytest

from adapters.stages import new_documents
from adapters.stages.new_documents import NewDocuments
from adapters.stages.threads import Running
from tests.support.stack import PATIENCE, wait_for

MOST = 8000  # bytes


def record(job: str) -> Running:
    return Running(cast("Any", SimpleNamespace(aggregate=SimpleNamespace(job_id=job), documents={}, stages=None)))


def brought(new: NewDocuments, job: str, size: int) -> Running:
    """A record whose stages have run, and brought that many bytes."""
    running = record(job)
    new.wait_for_room(running)
    new.count(running, size)
    return running


class Waiting:
    """A record that asks for room, in a thread of its own."""

    def __init__(self, new: NewDocuments, job: str) -> None:
        self.running = record(job)
        self._thread = threading.Thread(target=new.wait_for_room, args=(self.running,), daemon=True)
        self._thread.start()

    def waits(self) -> bool:
        self._thread.join(0.3)
        return self._thread.is_alive()

    def is_over(self) -> bool:
        return not self._thread.is_alive()

    def begins(self) -> bool:
        self._thread.join(PATIENCE)
        return not self._thread.is_alive()


@pytest.fixture
def patient(monkeypatch: pytest.MonkeyPatch) -> Iterator[NewDocuments]:
    """Waits for the first record of a job as long as it takes; nobody waits after the test."""
    monkeypatch.setattr(new_documents, "TRIED_FOR", 60.0)
    ended = threading.Event()
    yield NewDocuments(MOST, lambda: not ended.is_set(), 1000.0)
    ended.set()


def test_the_first_record_of_a_job_says_how_many_others_run_at_a_time(patient: NewDocuments) -> None:
    first = record("large")
    patient.wait_for_room(first)
    others = [Waiting(patient, "large") for _ in range(3)]
    assert all(other.waits() for other in others)

    patient.count(first, 5000)

    assert all(other.waits() for other in others)  # 5,000 bytes wait to be stored, and three would bring as many each
    patient.forget([first])
    wait_for(lambda: patient.bytes == 5000, PATIENCE, "one of them runs")
    wait_for(lambda: any(other.is_over() for other in others), PATIENCE, "and has begun")
    assert sum(other.waits() for other in others) == 2


def test_the_first_record_is_tried_alone_for_a_part_of_its_time_limit_only(patient: NewDocuments) -> None:
    first = record("stuck")
    first.item.stages = cast("Any", SimpleNamespace(harvester=SimpleNamespace(fetch_timeout=0.1)))
    patient.wait_for_room(first)

    others = [Waiting(patient, "stuck") for _ in range(3)]

    assert all(other.begins() for other in others)


def test_what_the_fetch_stage_of_the_first_record_brought_is_seen_while_it_is_imported(patient: NewDocuments) -> None:
    first = record("large")
    patient.wait_for_room(first)
    other = Waiting(patient, "large")
    assert other.waits()

    first.item.documents["hash"] = b"x" * 100

    assert other.begins()


def test_small_records_run_side_by_side_once_one_has_come_back(patient: NewDocuments) -> None:
    brought(patient, "small", 10)

    assert all(Waiting(patient, "small").begins() for _ in range(20))


def test_a_first_record_that_takes_long_holds_up_the_others_for_a_moment_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(new_documents, "TRIED_FOR", 0.05)
    new = NewDocuments(MOST, lambda: True, 1000.0)
    new.wait_for_room(record("slow"))

    assert Waiting(new, "slow").begins()


def test_other_jobs_are_held_up_by_no_first_record(patient: NewDocuments) -> None:
    patient.wait_for_room(record("slow"))

    assert Waiting(patient, "other").begins()


def test_a_job_of_large_documents_gets_its_turn_among_many_small_ones(patient: NewDocuments) -> None:
    patient.forget([brought(patient, "large", 3 * MOST)])
    small = [brought(patient, "small", 100) for _ in range(10)]

    large = Waiting(patient, "large")

    assert large.begins()  # though what was brought is never all stored
    assert Waiting(patient, "small").waits()
    patient.count(large.running, 3 * MOST)
    patient.forget([large.running])
    assert Waiting(patient, "small").begins()
    assert small


def test_nobody_waits_in_a_process_that_ends() -> None:
    new = NewDocuments(MOST, lambda: False, 1000.0)
    new.wait_for_room(record("large"))
    new.count(record("large"), 3 * MOST)

    assert Waiting(new, "large").begins()

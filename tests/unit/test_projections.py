"""Folds: a batch of events becomes rows, changes and counts, without a database."""

from collections import Counter
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.objects import object_id
from projections import read_model, work
from projections.datasets import DatasetFact
from projections.recorded import Changes, Recorded
from projections.statistics import Statistics

JOB, SOURCE = uuid4(), uuid4()
TIME = "2026-03-01T00:00:00+00:00"


def recorded(number: int, stream: UUID, topic: str, **state: Any) -> Recorded:
    return Recorded(number, stream, 1, topic, {"timestamp": TIME, **state})


def gathered(number: int, stream: UUID, job: UUID = JOB, **state: Any) -> Recorded:
    known = {"job_id": str(job), "source_id": str(SOURCE), "guid": "guid", "action": "new", "content_hash": None}
    return recorded(number, stream, "object.gathered", **{**known, "extras": {}, "metadata_modified": None, **state})


def imported(number: int, stream: UUID, status: str = "added", **state: Any) -> Recorded:
    known = {"source_id": str(SOURCE), "guid": "guid", "package_id": "package", "content_hash": None}
    known = {**known, "metadata_modified": None}
    return recorded(number, stream, "object.imported", status=status, validators={}, **{**known, **state})


def failed(number: int, stream: UUID, retry_at: str | None = None, code: str = "bad") -> Recorded:
    return recorded(number, stream, "object.failed", stage="Import", code=code, message="why", retry_at=retry_at)


def test_a_change_to_a_row_of_the_batch_is_made_in_the_row_itself() -> None:
    changes = Changes(additive=frozenset({"n"}), merged=frozenset({"extras"}))
    changes.insert("new", {"state": "WAITING", "n": 0, "extras": {"a": "1"}})

    changes.update("new", state="DONE", n=1, extras={"b": "2"}, left=None)
    changes.update("new", n=1, extras={"a": "3"})

    assert changes.rows == {"new": {"state": "DONE", "n": 2, "extras": {"a": "3", "b": "2"}}}
    assert changes.updates == {}


def test_changes_to_a_row_of_the_table_are_summed_merged_and_replaced() -> None:
    changes = Changes(additive=frozenset({"n"}), merged=frozenset({"extras"}))

    changes.update("old", state="IMPORT", n=1, extras={"a": "1"})
    changes.update("old", state="DONE", n=2, extras={"b": "2"}, package_id=None)

    assert changes.rows == {}
    assert changes.updates == {"old": {"state": "DONE", "n": 3, "extras": {"a": "1", "b": "2"}}}


def test_the_newest_fact_about_a_dataset_counts_in_whatever_order_it_is_folded() -> None:
    older, newer = uuid4(), uuid4()
    events = [imported(5, older), imported(9, newer, "deleted")]

    for order in (events, events[::-1]):
        [fact] = read_model.fold(order).datasets.values()
        assert isinstance(fact, DatasetFact)
        assert (fact.object_id, fact.state, fact.event_number) == (newer, "deleted", 9)


def test_of_two_jobs_the_newer_one_counts_though_the_older_one_told_later() -> None:
    fast = datetime(2030, 1, 1, tzinfo=UTC)
    older, newer = object_id(fast, JOB, "guid", 7), object_id(fast - timedelta(days=1), uuid4(), "guid", 8)
    events = [imported(5, newer, "deleted"), imported(9, older, "updated")]

    for order in (events, events[::-1]):
        [fact] = read_model.fold(order).datasets.values()
        assert (fact.object_id, fact.state, fact.job_number) == (newer, "deleted", 8)


def test_an_import_that_found_nothing_changed_is_no_fact() -> None:
    assert read_model.fold([imported(5, uuid4(), "unchanged")]).datasets == {}


def test_errors_that_were_reported_one_by_one_have_no_row_for_the_failure() -> None:
    known = uuid4()
    error = recorded(1, known, "object.error_recorded", stage="Validation", message="no title", line=3, level="error")

    reported = read_model.fold([error, failed(2, known, code="reported")])
    unreported = read_model.fold([failed(3, known)])

    assert [row["message"] for row in reported.object_errors.rows.values()] == ["no title"]
    assert [row["code"] for row in unreported.object_errors.rows.values()] == ["bad"]


def test_a_warning_is_a_row_of_its_level_and_makes_no_object_errored() -> None:
    known = uuid4()
    lost = [
        recorded(number, known, "object.error_recorded", stage="Import", message=level, line=None, level=level)
        for number, level in enumerate(("warning", "job_warning"), 2)
    ]

    batch = read_model.fold([gathered(1, known), *lost, imported(4, known)])

    assert [row["level"] for row in batch.object_errors.rows.values()] == ["warning", "job_warning"]
    assert batch.objects.rows[known]["report_status"] == "added"
    assert batch.statistics.by_job() == {str(JOB): Counter(objects=1, added=1)}
    assert [row["content"] for row in batch.log.rows.values()] == ["job_warning"]


def test_a_retry_waits_again_and_is_counted() -> None:
    known = uuid4()

    batch = read_model.fold([gathered(1, known), failed(2, known, TIME), failed(3, known, TIME), imported(4, known)])

    assert batch.objects.rows[known]["retry_times"] == 2
    assert batch.objects.rows[known]["state"] == "COMPLETE"
    assert batch.statistics.by_job() == {str(JOB): Counter(objects=1, added=1)}


def test_every_fold_counts_outcomes_by_the_job_that_gathered() -> None:
    other_job, objects = uuid4(), [uuid4() for _ in range(4)]
    events = [
        gathered(1, objects[0]),
        gathered(2, objects[1], other_job),
        gathered(3, objects[2], other_job),
        imported(4, objects[0], "updated"),
        failed(5, objects[1]),
        recorded(6, objects[2], "object.skipped", reason="superseded"),
        imported(7, objects[3], "deleted"),
    ]

    for fold in (read_model.fold, work.fold):
        by_job = fold(events).statistics.by_job([(str(JOB), "deleted", 1)])
        assert by_job == {
            str(JOB): Counter(objects=1, updated=1, deleted=1),
            str(other_job): Counter(objects=2, errored=1, skipped=1),
        }


def test_a_further_attempt_counts_its_pages_anew() -> None:
    def page(number: int, unchanged: int) -> Recorded:
        return recorded(number, JOB, "job.page_gathered", cursor="", gathered=0, unchanged=unchanged)

    def attempt(number: int, attempt: int) -> Recorded:
        return recorded(number, JOB, "job.gather_started", attempt=attempt, worker="worker")

    first = read_model.fold([attempt(1, 1), page(2, 2)]).statistics
    both = read_model.fold([attempt(1, 1), page(2, 2), attempt(3, 2), page(4, 1)]).statistics

    assert (first.pages_unchanged, first.pages_restarted) == (Counter({str(JOB): 2}), set())
    assert (both.pages_unchanged, both.pages_restarted) == (Counter({str(JOB): 1}), {str(JOB)})


def test_an_object_that_is_done_within_its_batch_never_becomes_work() -> None:
    done, waiting = uuid4(), uuid4()

    batch = work.fold([gathered(1, done), gathered(2, waiting), imported(3, done), failed(4, waiting, TIME)])

    assert batch.gathered.keys() - batch.statistics.outcomes.keys() == {waiting}
    assert (batch.retries, batch.failures) == ({waiting: TIME}, Counter({waiting: 1}))


def test_counters_of_nothing_are_empty() -> None:
    assert Statistics().by_job() == {}
    assert read_model.fold([recorded(1, uuid4(), "source.cleared", job_id="", by="")]) == read_model.ReadModelBatch()

"""What a batch of events adds to the counters of the site."""

from typing import Any
from uuid import UUID

from projections.activity import activity
from projections.recorded import Recorded


def event(topic: str, **state: Any) -> Recorded:
    return Recorded(1, UUID(int=1), 1, topic, state)


def test_outcomes_of_records_are_counted_by_how_they_ended() -> None:
    events = [
        event("object.imported", status="added"),
        event("object.imported", status="added"),
        event("object.imported", status="deleted"),
        event("object.skipped", reason="superseded"),
        event("object.failed", code="http_status", retry_at=None),
        event("job.page_gathered", unchanged=7),
    ]

    counts = activity(events)

    assert {label: number for (name, label), number in counts.items() if name == "records"} == {
        "added": 2,
        "deleted": 1,
        "skipped": 1,
        "errored": 1,
        "unchanged": 7,
    }
    assert counts["events", ""] == 6


def test_an_attempt_that_is_repeated_is_a_retry_and_no_error() -> None:
    counts = activity(
        [event("object.failed", code="timed_out", retry_at="2026-01-01"), event("job.page_gathered", unchanged=0)]
    )

    assert counts == {("events", ""): 2, ("retries", "timed_out"): 1}


def test_errors_of_gathers_and_records_are_counted_by_code_which_has_a_length() -> None:
    events = [
        event("job.gather_error_recorded", code="remote", message="", guid=None),
        event("object.failed", code="remote", retry_at=None),
        event("object.failed", code="x" * 500, retry_at=None),
        event("object.failed", code="", retry_at=None),
    ]

    counts = activity(events)

    assert {label: number for (name, label), number in counts.items() if name == "errors"} == {
        "remote": 2,
        "x" * 60: 1,
        "error": 1,
    }

"""An object has one outcome, and one id however often its job is gathered."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from uuid import RFC_4122, UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.objects import GatheredRecord, HarvestObject, gathered_event, job_number, object_id, object_ids

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
JOB = UUID("11111111-1111-4111-8111-111111111111")
TIMES = st.datetimes(datetime(1971, 1, 1), datetime(2500, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001


def gathered(**fields: str) -> HarvestObject:
    record = GatheredRecord(**{"guid": "guid-1", **fields})  # type: ignore[arg-type]
    event = gathered_event(record, object_id(NOW, JOB, record.guid), str(JOB), str(uuid4()), 1, NOW)
    made = event.mutate(None)
    assert isinstance(made, HarvestObject)
    return made


CHANGES: dict[str, Callable[[HarvestObject], None]] = {
    "object.fetched": lambda known: known.fetch("ab" * 32, {"key": "value"}),
    "object.identified": lambda known: known.identify("another"),
    "object.located": lambda known: known.locate("https://remote.example.org/1"),
    "object.error_recorded": lambda known: known.record_error("Import", "message", 3),
    "object.imported": lambda known: known.import_as("added", "package"),
    "object.failed": lambda known: known.fail("Import", "code", "message", None),
    "object.skipped": lambda known: known.skip("superseded"),
}
OUTCOMES = {"object.imported": "added", "object.failed": "errored", "object.skipped": "skipped"}


@pytest.mark.parametrize("topic", CHANGES)
def test_a_command_on_an_open_object_becomes_an_event(topic: str) -> None:
    known = gathered()

    CHANGES[topic](known)

    assert [event.TOPIC for event in known.pending_events] == [topic]  # type: ignore[attr-defined]
    assert known.outcome == OUTCOMES.get(topic)


@pytest.mark.parametrize("outcome", OUTCOMES)
@pytest.mark.parametrize("late", CHANGES)
def test_after_its_outcome_nothing_changes(outcome: str, late: str) -> None:
    known = gathered()
    CHANGES[outcome](known)
    before = (known.version, known.outcome, known.guid, known.extras, known.errors)

    CHANGES[late](known)
    known.fail("Import", "code", "message", NOW)

    assert (known.version, known.outcome, known.guid, known.extras, known.errors) == before


def test_a_failure_that_is_tried_again_is_no_outcome() -> None:
    known = gathered()

    known.fail("Fetch", "http_503", "not now", NOW)
    known.fail("Fetch", "http_503", "not now", NOW + timedelta(seconds=5))

    assert (known.outcome, known.attempts) == (None, 2)
    assert known.pending_events[0].retry_at == "2026-03-01T12:00:00+00:00"  # type: ignore[attr-defined]


def test_the_same_guid_again_is_no_event() -> None:
    known = gathered()

    known.identify(known.guid)

    assert not known.pending_events


def test_the_same_original_url_again_or_none_is_no_event() -> None:
    known = gathered()

    for url in ("", "https://remote.example.org/1", "https://remote.example.org/1", ""):
        known.locate(url)

    assert [event.TOPIC for event in known.pending_events] == ["object.located"]  # type: ignore[attr-defined]
    assert known.original_url == "https://remote.example.org/1"


def test_an_import_says_what_the_object_is_by_now() -> None:
    known = gathered(content_hash="aa" * 32)
    known.fetch("bb" * 32, {"more": "extras"})
    known.identify("its own guid")

    known.import_as("updated", "package")

    imported = vars(known.pending_events[-1])
    assert (imported["guid"], imported["content_hash"], imported["package_id"]) == ("its own guid", "bb" * 32, "package")


def test_extras_of_fetch_are_added_to_those_of_gather() -> None:
    event = gathered_event(GatheredRecord("g", extras={"a": "1", "b": "2"}), uuid4(), str(JOB), str(uuid4()), 1, NOW)
    known = event.mutate(None)
    assert isinstance(known, HarvestObject)

    known.fetch(None, {"b": "3", "c": "4"})

    assert known.extras == {"a": "1", "b": "3", "c": "4"}


@given(TIMES, st.uuids(), st.text(st.characters(codec="utf-8")))
def test_an_object_id_is_a_uuid_of_version_8_and_always_the_same(created: datetime, job: UUID, guid: str) -> None:
    identity = object_id(created, job, guid)
    numbered = object_id(created, job, guid, 3)

    assert (numbered.version, numbered.variant, numbered) == (8, RFC_4122, object_id(created, job, guid, 3))
    assert (identity.version, identity.variant) == (8, RFC_4122)
    assert identity == object_id(created, job, guid)
    assert identity.int >> 80 == int(created.timestamp() * 1000)


@pytest.mark.parametrize(
    ("number", "identity"),
    [
        (0, "018df867-c618-8f0b-ae90-32a1d62c0295"),
        (3, "b2f0b11f-0000-803b-ae90-32a1d62c0295"),
    ],
)
def test_an_object_id_is_the_one_of_earlier_versions(number: int, identity: str) -> None:
    created = datetime(2024, 3, 1, 5, 6, 7, tzinfo=UTC)

    assert object_id(created, UUID(int=77), "é1", number) == object_ids(created, UUID(int=77), number)("é1") == UUID(identity)


def test_the_first_event_of_an_object_is_as_its_class_makes_it() -> None:
    record = GatheredRecord("g", "change", "a" * 64, {"a": "1"}, "2024-03-01T05:06:07")

    event = gathered_event(record, uuid4(), str(JOB), str(uuid4()), 2, NOW)

    assert event == HarvestObject.Gathered(**vars(event))
    assert list(vars(event)) == list(vars(HarvestObject.Gathered(**vars(event))))


@given(TIMES, TIMES, st.uuids(), st.uuids())
def test_objects_of_a_later_job_sort_after_those_of_an_earlier_one(one: datetime, other: datetime, a: UUID, b: UUID) -> None:
    early, late = sorted((one, other))
    if late - early >= timedelta(milliseconds=1):
        assert object_id(early, a, "guid") < object_id(late, b, "guid")


@given(TIMES, st.uuids(), st.text(max_size=5), st.integers(1, 2**24 - 1))
def test_an_object_id_tells_the_number_of_its_job_whatever_the_clock_said(
    created: datetime, job: UUID, guid: str, number: int
) -> None:
    assert job_number(object_id(created, job, guid, number)) == number
    assert job_number(str(object_id(created, job, guid))) == 0  # a job older than numbers


def test_ids_that_are_not_ours_tell_no_number() -> None:
    assert job_number("f0000000-0000-4000-8000-000000000000") is None
    assert job_number("f0000000-0000-8000-0000-000000000000") is None  # version 8 of another variant
    assert job_number("no uuid") is None


@given(st.uuids(), st.uuids(), st.text(max_size=5), st.text(max_size=5))
def test_another_job_or_another_guid_is_another_object(a: UUID, b: UUID, guid: str, other: str) -> None:
    same = (a, guid) == (b, other)

    assert (object_id(NOW, a, guid) == object_id(NOW, b, other)) is same
    assert (object_id(NOW, a, guid, 1) == object_id(NOW, b, other, 1)) is same

"""A source runs one job at a time; its name and its address belong to it alone."""

from dataclasses import asdict, replace
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from domain.addresses import normalise_url
from domain.errors import JobExists, SourceInactive
from domain.reserved_values import Reservation, address_value, name_value, reservation_id
from domain.sources import HarvestSource, SourceFields

FIELDS = SourceFields("city", "https://data.example/", "ckan", title="City", extras={"a": "b"})


def source(fields: SourceFields = FIELDS) -> HarvestSource:
    registered = HarvestSource.register(uuid4(), fields, "admin")
    registered.collect_events()
    return registered


def topics(aggregate: HarvestSource | Reservation) -> list[str]:
    return [event.TOPIC for event in aggregate.collect_events()]  # type: ignore[attr-defined]


def test_a_new_source_has_the_id_and_the_fields_given() -> None:
    source_id = uuid4()

    made = HarvestSource.register(source_id, FIELDS, "admin")

    assert (made.id, made.fields, made.active, made.running_job) == (source_id, FIELDS, True, None)


def test_one_job_runs_at_a_time() -> None:
    busy = source()
    busy.start_job(uuid4(), "harvest")

    with pytest.raises(JobExists, match=r"city already has job .* job-abort"):
        busy.start_job(uuid4(), "retry")
    assert topics(busy) == ["source.job_started"]


def test_starting_the_running_job_again_changes_nothing() -> None:
    busy = source()
    job_id = uuid4()
    busy.start_job(job_id, "harvest")

    busy.start_job(job_id, "harvest")

    assert topics(busy) == ["source.job_started"]


def test_after_its_end_another_job_may_start() -> None:
    busy = source()
    first, second = uuid4(), uuid4()
    busy.start_job(first, "harvest")

    busy.end_job(first, "finished", None)
    busy.start_job(second, "harvest")

    assert (busy.running_job, busy.last_job) == (str(second), str(second))


def test_ending_another_job_or_the_same_one_twice_changes_nothing() -> None:
    busy = source()
    job_id = uuid4()
    busy.start_job(job_id, "harvest")

    busy.end_job(uuid4(), "finished", "2026-01-01T00:00:00+00:00")
    assert busy.running_job == str(job_id)
    busy.end_job(job_id, "finished", "2026-02-02T00:00:00+00:00")
    busy.end_job(job_id, "aborted", "2026-03-03T00:00:00+00:00")

    assert busy.gathered_from == "2026-02-02T00:00:00+00:00"
    assert topics(busy) == ["source.job_started", "source.job_ended"]


def test_a_job_with_errors_keeps_the_time_of_the_last_clean_gather() -> None:
    busy = source()
    for gathered_from in ("2026-01-01T00:00:00+00:00", None):
        job_id = uuid4()
        busy.start_job(job_id, "harvest")
        busy.end_job(job_id, "finished", gathered_from)

    assert busy.gathered_from == "2026-01-01T00:00:00+00:00"


@pytest.mark.parametrize("field", ["url", "type", "config"])
def test_what_is_harvested_changed_so_the_next_harvest_asks_for_everything(field: str) -> None:
    busy = source()
    job_id = uuid4()
    busy.start_job(job_id, "harvest")
    busy.end_job(job_id, "finished", "2026-01-01T00:00:00+00:00")

    busy.change(replace(FIELDS, title="Another"), "admin")
    assert busy.gathered_from is not None
    busy.change(SourceFields(**{**asdict(FIELDS), field: "{}"}), "admin")

    assert busy.gathered_from is None


def test_no_job_starts_on_an_inactive_source() -> None:
    idle = source()
    idle.deactivate("closed", "admin")

    with pytest.raises(SourceInactive, match="city"):
        idle.start_job(uuid4(), "harvest")

    idle.reactivate("admin")
    idle.start_job(uuid4(), "harvest")
    assert idle.running_job is not None


def test_a_running_job_ends_on_an_inactive_source_as_well() -> None:
    busy = source()
    job_id = uuid4()
    busy.start_job(job_id, "harvest")
    busy.deactivate("closed", "admin")

    busy.end_job(job_id, "finished", None)

    assert busy.running_job is None


def test_second_calls_change_nothing() -> None:
    known = source()
    changed = replace(FIELDS, title="New", extras={"c": "d"})

    for _ in range(2):
        known.change(changed, "admin")
        known.deactivate("why", "admin")
    for _ in range(2):
        known.reactivate("admin")

    assert topics(known) == ["source.changed", "source.deactivated", "source.reactivated"]
    assert (known.fields, known.active) == (changed, True)


def test_a_change_tells_before_and_after_of_what_changed_alone() -> None:
    known = source()

    known.change(replace(FIELDS, title="New", private=True), "admin")

    [event] = known.collect_events()
    assert event.changes == {"title": ["City", "New"], "private": [False, True]}  # type: ignore[attr-defined]


def test_a_reservation_is_taken_released_and_taken_again() -> None:
    first, second = uuid4(), uuid4()
    reserved = Reservation.take(name_value("city"), first)

    assert reserved.holder == str(first)
    reserved.release()
    assert reserved.holder is None
    reserved.take_again(source_id=str(second))

    assert reserved.holder == str(second)
    assert topics(reserved) == ["reservation.taken", "reservation.released", "reservation.taken_again"]


def test_the_stream_of_a_reservation_follows_from_its_value() -> None:
    assert Reservation.take("a", uuid4()).id == Reservation.take("a", uuid4()).id == reservation_id("a")
    assert reservation_id(name_value("a")) != reservation_id(address_value("http://a", ""))
    assert isinstance(reservation_id("a"), UUID)


@pytest.mark.parametrize(
    ("url", "same"),
    [
        ("http://data.example", "http://data.example/"),
        ("HTTP://Data.Example/", "http://data.example"),
        ("http://data.example:80/a/", "http://data.example/a"),
        ("https://data.example:443", "https://data.example"),
        ("https://data.example/a#top", "https://data.example/a"),
        ("https://data.example/a?", "https://data.example/a"),
        ("https://d\u00e4ta.example/a", "https://xn--dta-qla.example/a"),
        ("https://anna:Secret@Data.example/a", "https://anna:Secret@data.example/a"),
        ("https://[::1]:443/a", "https://[::1]/a"),
        ("  https://data.example/a ", "https://data.example/a"),
        ("https://data.example/a//", "https://data.example/a"),
    ],
)
def test_urls_of_the_same_catalogue_are_alike(url: str, same: str) -> None:
    assert normalise_url(url) == normalise_url(same)


@pytest.mark.parametrize(
    ("url", "other"),
    [
        ("http://data.example", "https://data.example"),
        ("http://data.example:8080", "http://data.example"),
        ("http://data.example:443", "http://data.example"),
        ("http://data.example/A", "http://data.example/a"),
        ("http://data.example/a", "http://data.example/b"),
        ("http://data.example/a?map=1", "http://data.example/a?map=2"),
        ("http://data.example/a?map=1", "http://data.example/a"),
        ("http://anna:a@data.example/", "http://anna:A@data.example/"),
    ],
)
def test_urls_of_different_catalogues_differ(url: str, other: str) -> None:
    assert normalise_url(url) != normalise_url(other)


def test_the_same_url_with_another_config_is_another_address() -> None:
    assert address_value("http://a/", "") == address_value("http://a", "")
    assert address_value("http://a", "") != address_value("http://a", "{}")


@given(
    st.from_regex(
        r"https?://[a-z]{1,8}(\.[a-z]{2,5})?(:[0-9]{1,4})?(/[a-zA-Z0-9._-]{0,5}){0,3}(\?[a-z=&]{0,6})?", fullmatch=True
    )
)
def test_normalising_twice_is_normalising_once(url: str) -> None:
    assert normalise_url(normalise_url(url)) == normalise_url(url)

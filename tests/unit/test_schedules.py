"""Slots follow from a source's settings and its id: they don't drift, and changes of clocks neither skip nor double them."""

import itertools
from collections import Counter
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4
from zoneinfo import ZoneInfo

import pytest

from domain.application import checked
from domain.errors import ValidationError
from domain.schedules import KnownSlots, Schedule, first_slots, is_slot, job_id, latest_slot, may_start, next_slot, plan
from domain.sources import SourceFields

SOURCE = UUID("5d1f3c1e-0000-4000-8000-000000000001")
NOW = datetime(2026, 3, 10, 12, tzinfo=UTC)
BERLIN = "Europe/Berlin"
DAYS = {"DAILY": 1, "WEEKLY": 7, "BIWEEKLY": 14}


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def cron(expression: str, zone: str = "", blackout: str = "") -> Schedule:
    return Schedule(SOURCE, cron=expression, time_zone=zone, blackout=blackout)


def local(slots: list[datetime], zone: str = BERLIN) -> list[str]:
    return [slot.astimezone(ZoneInfo(zone)).strftime("%d %H:%M") for slot in slots]


@pytest.mark.parametrize("frequency", DAYS)
def test_slots_of_a_frequency_are_whole_periods_apart(frequency: str) -> None:
    slots = first_slots(Schedule(SOURCE, frequency), NOW, 100)

    assert {later - earlier for earlier, later in itertools.pairwise(slots)} == {timedelta(days=DAYS[frequency])}


def test_monthly_slots_are_on_one_day_of_every_month() -> None:
    slots = first_slots(Schedule(SOURCE, "MONTHLY"), NOW, 36)

    assert len({(slot.day, slot.time()) for slot in slots}) == 1
    assert len({(slot.year, slot.month) for slot in slots}) == 36


def test_a_source_that_is_always_harvested_has_a_slot_every_quarter_of_an_hour() -> None:
    slots = first_slots(Schedule(SOURCE, "ALWAYS"), NOW, 10)

    assert slots[9] - slots[0] == timedelta(minutes=9 * 15)


def test_a_manual_source_has_no_slots() -> None:
    manual = Schedule(SOURCE, "MANUAL")

    assert next_slot(manual, NOW) is None
    assert latest_slot(manual, NOW - timedelta(days=900), NOW) is None
    assert plan(manual, NOW, NOW).slot is None


def test_daily_sources_are_spread_over_the_day() -> None:
    hours = Counter(slot.hour for _ in range(800) if (slot := next_slot(Schedule(uuid4(), "DAILY"), NOW)))

    assert len(hours) == 24
    assert max(hours.values()) < 80  # of 33 on average


@pytest.mark.parametrize("frequency", ["WEEKLY", "BIWEEKLY", "MONTHLY"])
def test_a_new_source_is_harvested_within_a_day_however_rare_its_slots_are(frequency: str) -> None:
    slot = next_slot(Schedule(SOURCE, frequency, fresh=True), NOW)

    assert slot is not None
    assert slot <= NOW + timedelta(days=1)


def test_missed_slots_are_caught_up_by_one_job_of_the_newest() -> None:
    schedule = cron("30 2 * * *")

    planned = plan(schedule, utc("2026-03-01T02:30"), NOW)

    assert planned.slot == utc("2026-03-10T02:30")
    assert planned.start == NOW
    assert plan(schedule, utc("2026-03-10T02:30"), NOW).slot == utc("2026-03-11T02:30")


def test_the_newest_missed_slot_is_found_after_years_at_once() -> None:
    assert latest_slot(cron("* * * * *"), utc("2016-01-01T00:00"), NOW) == NOW
    assert latest_slot(cron("0 0 29 2 *"), utc("2016-01-01T00:00"), NOW) == utc("2024-02-29T00:00")


def test_jobs_of_one_cron_expression_are_spread_when_the_site_says_so() -> None:
    schedules = [Schedule(uuid4(), cron="30 2 * * *") for _ in range(800)]

    plans = [plan(schedule, NOW, NOW, jitter=3600) for schedule in schedules]

    assert {planned.slot for planned in plans} == {utc("2026-03-11T02:30")}
    minutes = Counter(
        int((planned.start - utc("2026-03-11T02:30")).total_seconds() // 60) for planned in plans if planned.start
    )
    assert (min(minutes), max(minutes), sum(minutes.values())) == (0, 59, 800)
    assert max(minutes.values()) < 40  # of 13 on average
    again = [plan(schedule, NOW, NOW, jitter=3600) for schedule in schedules]
    assert again == plans, "each source has a time of its own that stays"


def test_a_jitter_longer_than_the_time_between_two_slots_leaves_no_slot_out() -> None:
    for schedule in (Schedule(uuid4(), cron="*/5 * * * *") for _ in range(50)):
        planned = plan(schedule, NOW, NOW, jitter=86_400)

        assert planned.slot is not None
        assert planned.start is not None
        assert planned.start < planned.slot + timedelta(minutes=5)
        assert plan(schedule, NOW, planned.start, jitter=86_400).start == planned.start


def test_frequencies_have_no_jitter() -> None:
    daily = Schedule(SOURCE, "DAILY")

    assert plan(daily, NOW, NOW, jitter=3600) == plan(daily, NOW, NOW)


def test_a_cron_expression_is_read_in_its_time_zone() -> None:
    assert next_slot(cron("30 2 * * *", BERLIN), NOW) == utc("2026-03-11T01:30")
    assert next_slot(cron("30 2 * * *", BERLIN), utc("2026-07-01T12:00")) == utc("2026-07-02T00:30")


@pytest.mark.parametrize("expression", ["30 2 * * *", "0 2 * * *"])
def test_a_wall_time_that_a_change_of_clocks_leaves_out_is_not_left_out(expression: str) -> None:
    """In Berlin 2026-03-29 goes from 01:59 to 03:00."""
    slots = first_slots(cron(expression, BERLIN), utc("2026-03-28T12:00"), 2)

    assert [slot.astimezone(ZoneInfo(BERLIN)).day for slot in slots] == [29, 30]
    assert local(slots)[0] in ("29 03:00", "29 03:30")


def test_a_wall_time_that_comes_twice_counts_once() -> None:
    """In Berlin 2026-10-25 goes from 02:59 summer time to 02:00."""
    slots = first_slots(cron("30 2 * * *", BERLIN), utc("2026-10-24T12:00"), 2)

    assert local(slots) == ["25 02:30", "26 02:30"]


def test_hourly_slots_go_on_through_both_changes_of_clocks() -> None:
    for day in ("2026-03-28T12:00", "2026-10-24T12:00"):
        slots = first_slots(cron("15 * * * *", BERLIN), utc(day), 30)

        assert {later - earlier for earlier, later in itertools.pairwise(slots)} == {timedelta(hours=1)}


@pytest.mark.parametrize("zone", [BERLIN, "America/New_York", "Australia/Lord_Howe", "Pacific/Apia"])
def test_daily_sources_have_one_slot_a_day_through_a_year_of_changes(zone: str) -> None:
    for number in range(60):
        schedule = Schedule(UUID(int=number), "DAILY", time_zone=zone)
        slots = first_slots(schedule, utc("2026-01-01T12:00"), 365)

        gaps = [later - earlier for earlier, later in itertools.pairwise(slots)]
        assert min(gaps) >= timedelta(hours=22)
        assert max(gaps) <= timedelta(hours=26)
        assert all(is_slot(schedule, slot) for slot in slots)


def test_whoever_computes_a_slot_names_the_same_job() -> None:
    slot = utc("2026-03-10T02:30")

    assert job_id(SOURCE, slot) == job_id(SOURCE, slot.astimezone(ZoneInfo(BERLIN)))
    assert job_id(SOURCE, slot) != job_id(SOURCE, slot + timedelta(minutes=1))
    assert job_id(SOURCE, slot) != job_id(uuid4(), slot)


# blackout


def test_a_job_waits_for_the_end_of_a_blackout_and_some_minutes_of_its_own() -> None:
    schedule = cron("0 9 * * *", blackout="Mon-Fri 08:00-18:00")

    start = may_start(schedule, utc("2026-03-10T09:00"))

    assert utc("2026-03-10T18:00") <= start < utc("2026-03-10T19:00")
    assert may_start(schedule, utc("2026-03-14T09:00")) == utc("2026-03-14T09:00")  # a Saturday


def test_after_a_blackout_sources_start_one_by_one() -> None:
    starts = {may_start(Schedule(uuid4(), "DAILY", blackout="08:00-18:00"), NOW) for _ in range(200)}

    assert len({start.minute for start in starts}) > 50


def test_a_blackout_goes_on_past_midnight_and_into_the_next_window() -> None:
    schedule = cron("0 * * * *", blackout="Sun 22:00-02:00; Mon 02:00-05:00")

    assert utc("2026-03-09T05:00") <= may_start(schedule, utc("2026-03-08T23:00")) < utc("2026-03-09T06:00")
    assert may_start(schedule, utc("2026-03-08T21:59")) == utc("2026-03-08T21:59")


def test_a_blackout_is_wall_time_on_days_when_clocks_change() -> None:
    schedule = cron("0 * * * *", BERLIN, "00:00-06:00")

    for day in ("2026-03-29", "2026-10-25"):
        start = may_start(schedule, datetime.fromisoformat(f"{day}T00:30").replace(tzinfo=ZoneInfo(BERLIN)))
        assert start.astimezone(ZoneInfo(BERLIN)).hour == 6


# settings


@pytest.mark.parametrize(
    ("field", "value", "said"),
    [
        ("cron", "every night", "must have five fields"),
        ("cron", "61 2 * * *", "not understood"),
        ("cron", "0 0 30 2 *", "30 2"),
        ("cron", "0 0 2 30 2 *", "must have five fields"),
        ("time_zone", "Mars/Olympus", "Time zone Mars/Olympus not known"),
        ("time_zone", "../etc/passwd", "not known"),
        ("blackout", "nights", "Blackout window nights not understood"),
        ("blackout", "Mon-Fri 08:00-25:00", "25:00 is no time of day"),
        ("blackout", "Foo 08:00-09:00", "Foo is no day"),
        ("blackout", "00:00-24:00", "leaves no time of the week"),
        ("frequency", "ANNUALLY", "Frequency ANNUALLY not recognised"),
    ],
)
def test_a_setting_that_cannot_be_used_is_refused_with_what_is_wrong(field: str, value: str, said: str) -> None:
    with pytest.raises(ValidationError) as refused:
        checked(SourceFields("city", "http://city.example", "test", **{field: value}))  # type: ignore[arg-type]

    assert said in refused.value.errors[field]


def test_settings_are_stored_without_stray_spaces() -> None:
    fields = checked(SourceFields("city", "http://city.example", "test", cron=" 30  2 * * 1-5", time_zone=" UTC "))

    assert (fields.cron, fields.time_zone) == ("30 2 * * 1-5", "UTC")


@pytest.mark.parametrize("expression", ["30 2 * * *", "*/15 8-17 * * 1-5", "0 3 29 2 *"])
def test_slots_that_are_remembered_are_those_that_are_looked_for(expression: str) -> None:
    known = KnownSlots()
    instants = [utc("2026-03-27T02:29"), utc("2026-03-27T02:30"), utc("2026-03-26T12:00"), utc("2026-03-27T17:45")]
    instants += [utc("2026-03-28T12:00"), utc("2026-03-27T17:50"), utc("2026-03-27T01:00")]
    instants += [utc("2026-03-26T02:40"), utc("2026-03-26T02:20"), utc("2026-03-26T02:05:30"), utc("2026-03-29T01:10")]

    for zone in ("", BERLIN):
        schedule = cron(expression, zone)
        for instant in instants * 2:
            assert known.first(schedule, instant, 5) == first_slots(schedule, instant, 5)

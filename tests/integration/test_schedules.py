"""Scheduled jobs: one for each slot, whatever happens to coordinators and clocks."""

from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import initialise
from adapters.duties.rounds import QUIET
from adapters.postgres.read_model.rebuild import rebuild_work
from adapters.postgres.work.schedules import Schedules
from domain.errors import NotAuthorized
from domain.jobs import Job
from domain.schedules import job_id
from tests.integration.scheduled_site import Site, site

__all__ = ["site"]

NIGHTLY = {"cron": "30 2 * * *"}
FACTS = """
    SELECT source_id, url, frequency, cron, time_zone, blackout, active, fresh, running, paused, paused_until, after
    FROM ops.schedule ORDER BY source_id
"""


def test_a_job_starts_at_its_slot_and_not_before(site: Site) -> None:
    source = site.source(**NIGHTLY)

    site.tick(site.at(0, 2.4))
    assert site.jobs(source) == 0
    site.tick(site.at(0, 2.6))

    assert site.started(source, site.at(0, 2.5))
    job = site.parts.application.load(Job, job_id(source, site.at(0, 2.5)))
    assert job.kind == "harvest"


def test_each_night_has_one_job_however_often_the_leader_looks_and_whenever_jobs_end(site: Site) -> None:
    source = site.source(**NIGHTLY)

    for day in range(5):
        for hour in (0, 2.5, 2.6, 7, 12, 23):
            site.night(site.at(day, hour))

    assert site.jobs(source) == 5
    assert all(site.started(source, site.at(day, 2.5)) for day in range(5))


def test_two_leaders_and_a_restart_make_no_second_job(site: Site) -> None:
    source = site.source(**NIGHTLY)
    first, second = site.leader(), site.leader()
    site.tick(site.at(0, 2), first)

    now = site.at(0, 2.6)
    first.run(now)
    second.run(now)  # what the first did isn't projected yet
    site.end_jobs()
    site.night(site.at(0, 3))

    assert site.jobs(source) == 1


def test_a_clock_that_steps_back_and_forth_makes_no_second_job(site: Site) -> None:
    source = site.source(**NIGHTLY)

    site.night(site.at(0, 2.6))
    for hours in (2.4, 2.6, -20, 2.5, 3, 2.49, 2.51):
        site.night(site.at(0, hours))
    assert site.jobs(source) == 1

    site.night(site.at(1, 2.6))
    assert site.jobs(source) == 2


def test_after_a_clock_was_years_ahead_jobs_go_on_every_night(site: Site) -> None:
    source = site.source(**NIGHTLY)

    site.night(site.at(3650, 4))
    assert site.jobs(source) == 1
    site.night(site.at(0, 1))
    assert site.jobs(source) == 1
    for day in range(3):
        site.night(site.at(day, 2.6))

    assert site.jobs(source) == 4


def test_missed_slots_are_caught_up_by_one_job(site: Site) -> None:
    source = site.source(**NIGHTLY)

    site.night(site.at(0, 2.6))
    site.night(site.at(9, 12))
    site.night(site.at(9, 13))

    assert site.jobs(source) == 2
    assert site.started(source, site.at(9, 2.5))


def test_a_job_that_runs_over_its_next_slots_gives_one_further_job(site: Site) -> None:
    source = site.source(cron="0 * * * *")
    site.tick(site.at(0, 1.1))
    for hour in (2.1, 3.1, 4.1):
        site.tick(site.at(0, hour))
    assert site.jobs(source) == 1

    site.end_jobs()
    site.night(site.at(0, 4.5))
    site.night(site.at(0, 4.6))

    assert site.jobs(source) == 2
    assert site.started(source, site.at(0, 4))


@pytest.mark.parametrize("seen", [True, False], ids=["seen by the leader", "not seen by the leader yet"])
def test_a_change_of_frequency_counts_at_once_for_a_job_that_is_due(site: Site, seen: bool) -> None:
    source = site.source(**NIGHTLY)
    leader = site.leader()
    site.tick(site.at(0, 2), leader)

    site.change(source, cron="", frequency="MANUAL")
    if seen:
        site.parts.work_projector().catch_up()
    leader.run(site.at(0, 2.6))

    assert site.jobs(source) == 0
    site.tick(site.at(40), leader)
    assert site.jobs(source) == 0


def test_a_source_that_is_set_to_a_schedule_waits_for_its_next_slot(site: Site) -> None:
    source = site.source()
    site.parts.application.create_job(source)
    site.parts.work_projector().catch_up()
    site.end_jobs()
    site.tick(site.at(0, 1))

    site.change(source, frequency="DAILY")
    site.night(site.at(1))

    assert site.jobs(source) == 2  # a person's, and that of its slot of the first day


def test_an_edit_of_something_else_keeps_the_slot_that_is_due(site: Site) -> None:
    source = site.source(**NIGHTLY)
    site.tick(site.at(0, 2))

    site.change(source, title="Another title", blackout="Sun 05:00-06:00")
    site.tick(site.at(0, 2.6))

    assert site.started(source, site.at(0, 2.5))


def test_an_inactive_source_starts_nothing_and_does_not_catch_up(site: Site) -> None:
    source = site.source(**NIGHTLY)
    site.parts.application.deactivate_source(source, "admin")

    site.night(site.at(3))
    site.parts.application.reactivate_source(source, "admin")
    site.night(site.at(0, 1))

    assert site.jobs(source) == 0
    site.night(site.at(0, 2.6))
    assert site.jobs(source) == 1


def test_within_a_blackout_nothing_starts_and_afterwards_one_job_does(site: Site) -> None:
    source = site.source(cron="0 * * * *", blackout="08:00-18:00")
    site.night(site.at(0, 7.5))

    for hour in range(8, 18):
        site.night(site.at(0, hour + 0.5))
    assert site.jobs(source) == 1

    site.night(site.at(0, 19))
    assert site.jobs(source) == 2


@pytest.mark.slow
def test_800_daily_sources_start_over_the_whole_day(site: Site) -> None:
    for _ in range(800):
        site.source(frequency="DAILY")
    starts: Counter[int] = Counter()

    for hour in range(25):
        before = site.parts.database.query("SELECT count(*) FROM ops.job_progress")[0][0]
        site.tick(site.at(0, hour))
        site.parts.work_projector().catch_up()
        starts[hour] = site.parts.database.query("SELECT count(*) FROM ops.job_progress")[0][0] - before

    assert sum(starts.values()) == 800
    assert max(starts[hour] for hour in range(1, 25)) < 80


def test_one_source_with_settings_that_nobody_understands_stops_no_other(site: Site) -> None:
    broken, other = site.source(**NIGHTLY), site.source(**NIGHTLY)
    site.parts.work_projector().catch_up()
    site.parts.database.query("UPDATE ops.schedule SET frequency = 'HOURLY', cron = '' WHERE source_id = %(id)s", id=broken)

    site.tick(site.at(0, 2.6))

    assert (site.jobs(broken), site.jobs(other)) == (0, 1)


# the projection


def some_history(site: Site) -> None:
    nightly, paused, edited, inactive, by_hand = (site.source(**NIGHTLY) for _ in range(5))
    site.night(site.at(0, 3))
    site.change(by_hand, cron="", frequency="MANUAL")
    site.change(by_hand, **NIGHTLY)
    site.tick(site.at(1, 3))
    site.end_jobs()
    site.change(by_hand, title="as before")
    site.parts.application.pause_source(paused, "admin", until=site.at(5))
    site.change(edited, cron="", frequency="WEEKLY", time_zone="Europe/Berlin")
    site.parts.application.deactivate_source(inactive, "admin")
    site.parts.application.create_job(site.source(), trigger="cli")
    assert site.jobs(nightly) == 2
    site.parts.work_projector().catch_up()


@pytest.mark.parametrize("again", [rebuild_work, None], ids=["by a rebuild", "by an upgrade"])
def test_schedules_are_the_same_when_they_are_built_again_from_the_log(site: Site, again: Callable[..., Any] | None) -> None:
    some_history(site)
    live = site.parts.database.query(FACTS)
    site.parts.database.query("TRUNCATE ops.schedule")

    if again:
        again(site.parts.database)
    else:
        initialise(site.parts.settings)

    assert site.parts.database.query(FACTS) == live


def test_a_rebuild_of_what_is_right_changes_nothing(site: Site) -> None:
    some_history(site)
    site.tick(site.at(1, 4))

    assert "schedule" not in rebuild_work(site.parts.database).differences


def test_who_may_not_edit_a_source_may_not_pause_it(site: Site) -> None:
    from domain.access import Caller

    source = site.source(**NIGHTLY)

    with pytest.raises(NotAuthorized):
        Session(site.parts, Caller("someone")).call("harvest_source_pause", id=str(source))


def test_a_look_that_finds_nothing_to_start_is_one_statement(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.source(**NIGHTLY)
    site.tick(site.at(0))
    statements: list[object] = []
    database = site.parts.database
    query = database.query

    def counted(statement: Any, **parameters: Any) -> Any:
        statements.append(statement)
        return query(statement, **parameters)

    monkeypatch.setattr(database, "query", counted)

    more = site.leader().run(site.at(0))

    assert not more
    assert len(statements) == 1


def test_the_leader_looks_again_when_the_next_job_is_due_and_soon_while_one_waits_for_a_pause(site: Site) -> None:
    site.source(**NIGHTLY)
    leader = site.leader()
    site.tick(site.at(0), leader)
    (due,) = site.parts.database.query("SELECT due_at FROM ops.schedule")[0]

    leader.run(due - timedelta(seconds=3))
    assert leader.interval == 3.0
    leader.run(due - timedelta(hours=3))
    assert leader.interval == QUIET
    Schedules(site.parts.database).pause("all", "", None, "admin")
    leader.run(due + timedelta(hours=1))
    assert leader.interval == 2.0

"""What is paused starts nothing, and catches up once afterwards."""

from typing import Any

import pytest

from adapters.actions.session import Session
from domain.errors import ValidationError
from domain.sources import HarvestSource
from tests.integration.scheduled_site import Site, site

__all__ = ["site"]

NIGHTLY = {"cron": "30 2 * * *"}


def test_a_paused_source_starts_nothing_and_catches_up_once_after_it(site: Site) -> None:
    source = site.source(**NIGHTLY)
    site.parts.application.pause_source(source, "admin")
    for day in range(3):
        site.night(site.at(day, 2.6))
    assert site.jobs(source) == 0

    site.parts.application.resume_source(source, "admin")
    site.night(site.at(2, 12))
    site.night(site.at(2, 13))

    assert site.jobs(source) == 1
    assert site.started(source, site.at(2, 2.5))


def test_a_pause_ends_by_itself(site: Site) -> None:
    source = site.source(**NIGHTLY)
    site.parts.application.pause_source(source, "admin", until=site.at(1))

    site.night(site.at(0, 3))
    assert site.jobs(source) == 0
    site.night(site.at(1, 0.1))

    assert site.jobs(source) == 1


def test_a_pause_that_the_leader_has_not_seen_counts_for_a_job_that_is_due(site: Site) -> None:
    source = site.source(**NIGHTLY)
    leader = site.leader()
    site.tick(site.at(0, 2), leader)

    site.parts.application.pause_source(source, "admin")
    leader.run(site.at(0, 2.6))

    assert site.jobs(source) == 0


@pytest.mark.parametrize("scope", ["all", "target"])
def test_what_is_paused_for_the_site_starts_nothing_until_it_is_resumed(site: Site, scope: str) -> None:
    source, session = site.source(**NIGHTLY), Session(site.parts)
    session.call("harvest_site_pause", scope=scope)
    site.night(site.at(0, 3))
    assert site.jobs(source) == 0

    session.call("harvest_site_resume", scope=scope)
    site.night(site.at(0, 4))

    assert site.jobs(source) == 1


def test_a_paused_host_holds_its_own_sources_only(site: Site) -> None:
    held, other, session = site.source(**NIGHTLY), site.source(**NIGHTLY), Session(site.parts)
    url = site.parts.application.load(HarvestSource, held).fields.url
    session.call("harvest_site_pause", scope="host", name=url)

    site.night(site.at(0, 3))

    assert (site.jobs(held), site.jobs(other)) == (0, 1)


def test_a_person_sees_when_a_source_runs_next_and_what_is_paused(site: Site) -> None:
    source, session = site.source(**NIGHTLY), Session(site.parts)

    def shown() -> dict[str, Any]:
        row: dict[str, Any] = session.call("harvest_source_show", id=str(source))
        return row

    assert shown()["next_run"].time() == site.at(0, 2.5).time()
    assert shown()["paused"] is None
    session.call("harvest_source_pause", id=str(source))
    assert (shown()["next_run"], shown()["paused"]) == (None, "source")
    session.call("harvest_source_resume", id=str(source))
    session.call("harvest_site_pause", scope="all", until=site.at(2).isoformat())
    assert (shown()["next_run"], shown()["paused"]) == (site.at(2), "all")
    [listed] = session.call("harvest_source_list")["sources"]
    assert listed["next_run"] == site.at(2)


def test_sql_shows_when_sources_run_next(site: Site) -> None:
    source = site.source(**NIGHTLY)
    site.tick(site.at(0, 1))
    statement = """
        SELECT cron, next_run, paused FROM harvest.source_schedule WHERE source_id = %(source)s
    """

    planned = site.parts.database.query(statement, source=str(source))
    Session(site.parts).call("harvest_source_pause", id=str(source))
    paused = site.parts.database.query(statement, source=str(source))

    assert planned == [("30 2 * * *", site.at(0, 2.5).replace(tzinfo=None), False)]
    assert paused[0][2] is True


@pytest.mark.parametrize(
    ("action", "values", "field"),
    [
        ("harvest_site_pause", {"scope": "all", "until": "tomorrow"}, "until"),
        ("harvest_site_pause", {"scope": "all", "until": "2001-01-01"}, "until"),
        ("harvest_site_pause", {"scope": "host"}, "name"),
        ("harvest_site_resume", {"scope": "everything"}, "scope"),
    ],
)
def test_a_pause_that_makes_no_sense_is_refused(site: Site, action: str, values: dict[str, Any], field: str) -> None:
    with pytest.raises(ValidationError) as refused:
        Session(site.parts).call(action, **values)

    assert field in refused.value.errors

"""A database is one site's, and refused to all others; a site can be renamed while nobody works on it."""

from collections.abc import Iterator
from dataclasses import replace

import psycopg
import pytest

from adapters import bootstrap
from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.postgres.database import Database
from adapters.postgres.leadership import LeaderDatabase, has_leader
from adapters.postgres.site import site_of
from adapters.postgres.work.claims import Claims
from adapters.settings import Settings
from domain.errors import Refused, SettingError


@pytest.fixture
def site(settings: Settings) -> Iterator[Parts]:
    """The site `north`, and its database."""
    north = replace(settings, site_id="north")
    bootstrap.initialise(north)
    parts = Parts(north, "test")
    yield parts
    parts.close()


def test_the_first_site_that_makes_the_tables_owns_the_database(site: Parts) -> None:
    assert site_of(site.database) == "north"
    assert bootstrap.initialise(site.settings) == []
    bootstrap.require_tables(site.database, "north")


def test_another_site_is_refused_and_told_what_to_do(site: Parts) -> None:
    south = replace(site.settings, site_id="south")
    said = "belongs to site north, and HARVEST_SITE_ID is south: set HARVEST_SITE_ID=north, or give south a database"

    with pytest.raises(SettingError, match=said):
        bootstrap.initialise(south)
    with pytest.raises(SettingError, match=said):
        bootstrap.require_tables(site.database, "south")

    assert site_of(site.database) == "north"


def test_a_database_of_an_older_version_becomes_the_site_s_that_upgrades_it(settings: Settings, database: Database) -> None:
    database.query("DROP TABLE ops.site CASCADE")
    database.query("DROP FUNCTION ops.lock_key")
    database.query("DELETE FROM ops.migration WHERE name = '0015_site'")

    done = bootstrap.initialise(settings)

    assert done == ["0015_site"]
    assert site_of(database) == settings.site_id


def test_a_site_is_renamed_when_that_is_asked_for(site: Parts) -> None:
    renamed = Session(Parts(replace(site.settings, site_id="south"), "test"))

    answer = renamed.call("harvest_database_init", rename_site=True)
    renamed.parts.close()

    assert answer["site"] == "south"
    assert site_of(site.database) == "south"


@pytest.mark.parametrize("role", ["leader", "worker"])
def test_a_site_keeps_its_name_while_roles_work_on_it(site: Parts, role: str) -> None:
    leader = LeaderDatabase(site.settings.database_url, "leader")
    worker = Claims(site.database, "worker", lease=6.0)
    if role == "leader":
        assert leader.lead()
    else:
        worker.show_presence()
    south = Session(Parts(replace(site.settings, site_id="south"), "test"))

    with pytest.raises(Refused, match="stop all of them"):
        south.call("harvest_database_init", rename_site=True)

    leader.resign()
    south.parts.close()
    assert site_of(site.database) == "north"


def test_the_leader_s_lock_is_the_site_s_own(site: Parts) -> None:
    """Somebody else in the same database holds the lock that a site of another name would have."""
    with psycopg.connect(site.settings.database_url, autocommit=True) as other:
        other.execute("SELECT pg_advisory_lock(hashtextextended('harvestlog south coordinator', 0))")
        leader = LeaderDatabase(site.settings.database_url, "leader")

        assert not has_leader(site.database)
        assert leader.lead()
        assert has_leader(site.database)
        key = leader.query("SELECT ops.lock_key('coordinator') = hashtextextended('harvestlog north coordinator', 0)")
        assert key == [(True,)]
        leader.resign()

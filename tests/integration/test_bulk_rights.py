"""What was confirmed for many sources is done by the rights that who confirmed it has when it is done."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from domain.access import Caller
from domain.bulk import NO_RIGHT
from tests.support.pages_site import PagesSite, pages_site

SOURCES = ["hostile", "one", "secret"]
Row = dict[str, Any]


@pytest.fixture
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("rights")) as site:
        yield site


def confirmed(site: PagesSite, counted_by: str, confirmed_by: str) -> str:
    """A set of three sources to be paused, confirmed on the page and left for a coordinator; its id."""
    visitor = site.visitor(counted_by)
    asked = visitor.send(visitor.get("/harvest"), "/harvest/-/bulk", which="all", do="pause")
    path = asked.url.removeprefix(site.url)
    visitor = site.visitor(confirmed_by)
    visitor.send(visitor.get(path), path, until="")
    return path.rpartition("/")[2]


def carried_out(site: PagesSite, bulk_id: str) -> list[Row]:
    """What became of each source, once it has been done by the command line, as a coordinator would."""
    site.cli.call("harvest_bulk_run", id=bulk_id, count=len(SOURCES))
    rows: list[Row] = site.cli.call("harvest_bulk_show", id=bulk_id)["listed"]
    return rows


LOSSES: dict[str, Callable[[Session], Any]] = {
    "the role": lambda cli: cli.call("harvest_organization_member_delete", id="amt", username="editor"),
    "a part of it": lambda cli: cli.call("harvest_organization_member_create", id="amt", username="editor", role="member"),
    "all tokens and sessions": lambda cli: cli.call("harvest_person_patch", id="editor", active=False),
    "everything": lambda cli: cli.call("harvest_person_delete", id="editor"),
}


@pytest.mark.parametrize("lost", LOSSES)
def test_who_loses_a_right_after_confirming_is_told_by_each_source_and_nothing_is_done(site: PagesSite, lost: str) -> None:
    bulk_id = confirmed(site, "editor", "editor")

    LOSSES[lost](site.cli)
    rows = carried_out(site, bulk_id)

    assert [(row["name"], row["outcome"], row["reason"]) for row in rows] == [(name, "skipped", NO_RIGHT) for name in SOURCES]
    assert {site.cli.call("harvest_source_show", id=name)["paused"] for name in SOURCES} == {None}


def test_a_set_that_a_sysadmin_confirms_is_done_by_the_sysadmins_rights_and_in_that_name(site: PagesSite) -> None:
    bulk_id = confirmed(site, "editor", "admin")

    site.cli.call("harvest_person_delete", id="editor")
    rows = carried_out(site, bulk_id)
    newest = site.cli.call("harvest_timeline_list", id="one")["events"][0]

    assert {row["outcome"] for row in rows} == {"done"}
    assert (newest["topic"].rpartition(".")[2], newest["state"]["by"]) == ("paused", "admin")


def test_whom_only_a_service_knows_is_believed_when_it_is_done_too(site: PagesSite) -> None:
    parts = Parts(site.cli.parts.settings, "serve")
    of_a_service = Session(parts, Caller("of-a-service", roles={"amt": "editor"}))
    counted = of_a_service.call("harvest_bulk_create", what="pause")

    of_a_service.call("harvest_bulk_run", id=counted["id"], count=len(SOURCES))
    rows = carried_out(site, counted["id"])

    assert {row["outcome"] for row in rows} == {"done"}

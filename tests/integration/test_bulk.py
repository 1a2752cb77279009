"""One thing to many sources: a set is counted and frozen, confirmed, carried out once, and what was skipped is named."""

from collections.abc import Iterator
from typing import Any

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.postgres.bulk import Bulks
from domain.access import Caller
from domain.errors import NotAuthorized, NotFound, Refused, ValidationError
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Response, text

SOMEBODY = Caller("somebody")
EDITOR = Caller("editor", roles={"amt": "editor"})


@pytest.fixture
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("bulk")) as site:
        yield site


def carried_out(site: PagesSite, what: str, names: list[str], **options: Any) -> dict[str, Any]:
    """Do it by the command line's session, where no coordinator leads; with every source listed."""
    counted = site.cli.call("harvest_bulk_create", what=what, source_ids=names)
    site.cli.call("harvest_bulk_run", id=counted["id"], count=counted["sources"], **options)
    answer: dict[str, Any] = site.cli.call("harvest_bulk_show", id=counted["id"])
    return answer


def carry_out(site: PagesSite, page: Response) -> None:
    """What a coordinator does with the set of a page."""
    bulk_id = page.url.rpartition("/")[2]
    count = site.cli.call("harvest_bulk_show", id=bulk_id)["sources"]
    site.cli.call("harvest_bulk_run", id=bulk_id, count=count)


def show(site: PagesSite, name: str) -> dict[str, Any]:
    source: dict[str, Any] = site.cli.call("harvest_source_show", id=name)
    return source


def test_what_was_found_is_frozen_and_a_source_that_comes_later_is_none_of_it(site: PagesSite) -> None:
    counted = site.cli.call("harvest_bulk_create", what="pause")
    site.source("later", frequency="DAILY")

    answer = site.cli.call("harvest_bulk_run", id=counted["id"], count=counted["sources"])

    assert (counted["state"], counted["sources"], counted["datasets"]) == ("counted", 3, 6)
    assert (answer["state"], answer["done"], answer["skipped"]) == ("finished", 3, 0)
    assert show(site, "one")["paused"] == "source"
    assert show(site, "later")["paused"] is None


def test_a_source_that_has_changed_since_it_was_counted_is_skipped_and_named(site: PagesSite) -> None:
    counted = site.cli.call("harvest_bulk_create", what="schedule", source_ids=["one", "hostile", "secret"])
    site.cli.call("harvest_source_patch", id="one", title="Another title")
    site.cli.call("harvest_source_delete", id="hostile", datasets="keep")

    site.cli.call("harvest_bulk_run", id=counted["id"], count=3, frequency="weekly")
    skipped = site.cli.call("harvest_bulk_show", id=counted["id"], skipped=True)

    assert {row["name"]: row["reason"] for row in skipped["listed"]} == dict.fromkeys(
        ("hostile", "one"), "It has changed since it was counted"
    )
    assert (skipped["done"], skipped["skipped"], skipped["left"]) == (1, 2, 0)
    assert show(site, "secret")["frequency"] == "WEEKLY"
    assert show(site, "one")["frequency"] == "MANUAL"


@pytest.mark.parametrize("what", ["clear", "delete"])
def test_what_removes_datasets_skips_a_source_that_had_a_job_since(site: PagesSite, what: str) -> None:
    counted = site.cli.call("harvest_bulk_create", what=what, source_ids=["one", "secret"])
    site.cli.call("harvest_source_test", id="one")

    site.cli.call("harvest_bulk_run", id=counted["id"], count=2, datasets="delete" if what == "delete" else "")
    answer = site.cli.call("harvest_bulk_show", id=counted["id"])

    assert [(row["name"], row["outcome"]) for row in answer["listed"]] == [("one", "skipped"), ("secret", "done")]
    assert answer["listed"][1]["job_id"] == show(site, "secret")["last_job_id"]
    assert show(site, "one")["datasets"] == 2


def test_confirming_twice_makes_one_job_for_each_source(site: PagesSite) -> None:
    counted = site.cli.call("harvest_bulk_create", what="harvest", source_ids=["one", "hostile"])
    before = {name: show(site, name)["jobs"] for name in ("one", "hostile")}

    answers = [site.cli.call("harvest_bulk_run", id=counted["id"], count=2) for _ in range(2)]

    assert [answer["done"] for answer in answers] == [2, 2]
    assert {name: show(site, name)["jobs"] - number for name, number in before.items()} == {"one": 1, "hostile": 1}


def test_a_source_that_was_done_by_a_try_that_could_not_note_it_is_not_done_again(site: PagesSite) -> None:
    answer = carried_out(site, "harvest", ["one"])
    jobs = show(site, "one")["jobs"]
    database = site.cli.parts.database
    database.query("UPDATE ops.bulk SET finished_at = NULL RETURNING id")
    database.query("UPDATE ops.bulk_source SET outcome = NULL, job_id = NULL RETURNING place")

    site.cli.call("harvest_bulk_run", id=answer["id"], count=1)
    [row] = site.cli.call("harvest_bulk_show", id=answer["id"])["listed"]

    assert (row["outcome"], row["job_id"]) == ("done", answer["listed"][0]["job_id"])
    assert show(site, "one")["jobs"] == jobs


@pytest.mark.parametrize(
    ("what", "options", "outcome"),
    [
        ("pause", {}, "done"),
        ("pause", {"until": "2999-01-01T00:00:00+00:00"}, "skipped"),
        ("schedule", {"frequency": "weekly"}, "skipped"),
        ("harvest", {}, "skipped"),
    ],
)
def test_a_source_that_is_by_now_as_it_was_to_become_is_done(
    site: PagesSite, what: str, options: dict[str, str], outcome: str
) -> None:
    counted = site.cli.call("harvest_bulk_create", what=what, source_ids=["one"])
    site.cli.call("harvest_source_pause", id="one")

    site.cli.call("harvest_bulk_run", id=counted["id"], count=1, **options)
    [row] = site.cli.call("harvest_bulk_show", id=counted["id"])["listed"]

    assert row["outcome"] == outcome


@pytest.mark.parametrize(
    ("what", "options"),
    [
        ("pause", {}),
        ("pause", {"until": "2999-01-01T01:00:00+01:00"}),
        ("schedule", {"frequency": "monthly"}),
        ("delete", {"datasets": "keep"}),
    ],
)
def test_what_an_earlier_try_did_without_a_job_and_could_not_note_is_done(
    site: PagesSite, what: str, options: dict[str, str]
) -> None:
    answer = carried_out(site, what, ["one"], **options)
    database = site.cli.parts.database
    database.query("UPDATE ops.bulk SET finished_at = NULL RETURNING id")
    database.query("UPDATE ops.bulk_source SET outcome = NULL RETURNING place")

    site.cli.call("harvest_bulk_run", id=answer["id"], count=1, **options)
    [row] = site.cli.call("harvest_bulk_show", id=answer["id"])["listed"]

    assert (row["outcome"], row["reason"] or "") == ("done", "")


def test_a_source_with_a_job_that_runs_or_that_is_not_paused_is_skipped_with_the_reason(site: PagesSite) -> None:
    site.cli.call("harvest_job_create", source_id="one")

    [running] = carried_out(site, "harvest", ["one"])["listed"]
    [going_on] = carried_out(site, "resume", ["hostile"])["listed"]

    assert "already has job" in running["reason"]
    assert going_on["reason"] == "It is not paused"


@pytest.mark.parametrize(
    ("what", "options", "field"),
    [
        ("schedule", {}, "frequency"),
        ("schedule", {"frequency": "HOURLY"}, "frequency"),
        ("schedule", {"cron": "no cron"}, "cron"),
        ("pause", {"until": "2001-01-01T00:00"}, "until"),
        ("pause", {"until": "soon"}, "until"),
        ("delete", {}, "datasets"),
        ("delete", {"datasets": "burn"}, "datasets"),
    ],
)
def test_wrong_options_are_named_before_anything_is_done(
    site: PagesSite, what: str, options: dict[str, str], field: str
) -> None:
    counted = site.cli.call("harvest_bulk_create", what=what, source_ids=["one"])

    with pytest.raises(ValidationError) as refused:
        site.cli.call("harvest_bulk_run", id=counted["id"], count=1, **options)

    assert refused.value.errors.keys() == {field}
    assert site.cli.call("harvest_bulk_show", id=counted["id"])["state"] == "counted"


@pytest.mark.parametrize("empty", [[], "", " , "])
def test_an_empty_list_of_sources_is_not_all_of_them(site: PagesSite, empty: Any) -> None:
    with pytest.raises(ValidationError) as refused:
        site.cli.call("harvest_bulk_create", what="delete", source_ids=empty)

    assert refused.value.errors.keys() == {"source_ids"}
    assert site.cli.call("harvest_bulk_create", what="delete", source_ids=empty, q="Geheim")["sources"] == 1


def test_another_number_than_was_counted_is_refused(site: PagesSite) -> None:
    counted = site.cli.call("harvest_bulk_create", what="pause")

    with pytest.raises(Refused, match="The number of sources in this set is 3, not 2"):
        site.cli.call("harvest_bulk_run", id=counted["id"], count=2)


def test_a_set_holds_what_its_maker_may_change_and_is_nobody_elses(site: PagesSite) -> None:
    site.source("other", owner_org="")
    editor, somebody = (Session(Parts(site.cli.parts.settings), caller) for caller in (EDITOR, SOMEBODY))

    counted = editor.call("harvest_bulk_create", what="pause")

    assert (counted["sources"], counted["left_out"]) == (3, 1)
    with pytest.raises(Refused, match="that you may change"):
        somebody.call("harvest_bulk_create", what="pause")
    with pytest.raises(NotFound, match="Source secret not found"):
        somebody.call("harvest_bulk_create", what="pause", source_ids=["secret"])
    with pytest.raises(NotFound, match="no set of sources"):
        somebody.call("harvest_bulk_show", id=counted["id"])
    with pytest.raises(NotAuthorized):
        Session(Parts(site.cli.parts.settings), Caller("")).call("harvest_bulk_create", what="pause")


def test_who_loses_a_right_before_confirming_is_told_by_each_source(site: PagesSite) -> None:
    counted = Session(Parts(site.cli.parts.settings), EDITOR).call("harvest_bulk_create", what="pause", source_ids=["one"])

    left = Session(Parts(site.cli.parts.settings), Caller("editor"))
    left.call("harvest_bulk_run", id=counted["id"], count=1)

    [row] = left.call("harvest_bulk_show", id=counted["id"])["listed"]
    assert (row["outcome"], row["reason"]) == ("skipped", "You may not change it any more")
    assert show(site, "one")["paused"] is None


def test_a_thousand_sources_are_done_a_few_at_a_time_in_the_order_they_were_confirmed(site: PagesSite) -> None:
    bulks = Bulks(site.cli.parts.database)
    sets = [site.cli.call("harvest_bulk_create", what="pause", source_ids=["one"]) for _ in range(2)]
    first, second = (row["id"] for row in sets)

    for bulk_id in (second, first):
        bulks.confirm(bulk_id, {"until": ""}, "admin", None)
    waiting = bulks.waiting()

    assert waiting is not None
    assert str(waiting["id"]) == second


def test_on_the_page_all_that_were_found_are_counted_confirmed_and_followed(site: PagesSite) -> None:
    site.source("portal-1", title="Portal 1", frequency="DAILY")
    site.source("portal-2", title="Portal 2", frequency="DAILY")
    visitor = site.visitor("editor")
    listed = visitor.get("/harvest", q="portal")

    asked = visitor.send(listed, "/harvest/-/bulk", which="all", do="pause")
    confirmed = visitor.send(asked, asked.url.removeprefix(site.url), until="")
    again = visitor.send(asked, asked.url.removeprefix(site.url), until="2099-01-01T00:00")
    waiting = text(confirmed)
    carry_out(site, asked)
    finished = text(visitor.get(asked.url.removeprefix(site.url)))

    assert "With all 2 found" in text(listed)
    assert "Pause 2 sources" in text(asked)
    assert "Nothing has happened yet" in text(asked)
    assert "2 still to do" in waiting.replace("\n", " ")
    assert 'data-again="' in confirmed.text
    assert again.status_code == 200
    assert "2 done" in finished
    assert "Portal 1" in finished
    assert show(site, "portal-1")["paused"] == "source"
    assert site.cli.call("harvest_source_show", id="one")["paused"] is None


def test_on_the_page_ticked_sources_are_cleared_once_the_number_of_datasets_is_typed_in(site: PagesSite) -> None:
    large = site.source("large", config={"records": 120}, title="Large")
    visitor = site.visitor("admin")
    listed = visitor.get("/harvest")

    nothing = visitor.send(listed, "/harvest/-/bulk", which="ticked", do="clear", source="")
    asked = visitor.send(listed, "/harvest/-/bulk", which="ticked", do="clear", source=large["id"])
    path = asked.url.removeprefix(site.url)
    refused = visitor.send(asked, path, number="12")
    cleared = visitor.send(asked, path, number="120")
    carry_out(site, asked)

    assert "No source was ticked" in text(nothing)
    assert "120 datasets are deleted" in text(asked)
    assert refused.status_code == 422
    assert text(refused).count("Type the number of datasets: 120") == 2
    assert "still to do" in text(cleared)
    assert f"/harvest/large/job/{show(site, 'large')['last_job_id']}" in visitor.get(path).text


def test_a_set_is_shown_to_nobody_else_and_an_old_one_is_gone(site: PagesSite) -> None:
    counted = site.cli.call("harvest_bulk_create", what="pause", source_ids=["one"])
    path = f"/harvest/-/bulk/{counted['id']}"

    statuses = {person: site.visitor(person).get(path).status_code for person in ("", "editor", "admin")}
    site.cli.parts.database.query("UPDATE ops.bulk SET created_at = now() - interval '2 days' RETURNING id")
    site.cli.call("harvest_bulk_create", what="pause", source_ids=["one"])

    assert statuses == {"": 403, "editor": 404, "admin": 200}
    assert site.visitor("admin").get(path).status_code == 404
    assert site.visitor("admin").get("/harvest/-/bulk/xx").status_code == 404


def test_only_who_may_change_a_source_can_tick_it(site: PagesSite) -> None:
    pages = {person: site.visitor(person).get("/harvest").text for person in ("", "somebody", "editor")}

    assert "Several sources at once" in pages["editor"]
    assert 'name="source"' not in pages[""] + pages["somebody"]

"""The history of a dataset: its versions, how it was at a time, and what differs, as actions tell it and pages show it."""

import re
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from adapters.actions import dataset_history
from adapters.actions.kept_values import Kept
from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.postgres.log.job_objects import job_objects
from adapters.postgres.retention import Retention
from domain.access import Caller
from domain.documents import fields_of
from domain.errors import NotAuthorized, NotFound, ValidationError
from domain.jobs import Job
from tests.support.history_site import ONE, enter_history
from tests.support.pages_site import HOSTILE, PagesSite, pages_site
from tests.support.visitor import text


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("history")) as site:
        enter_history(site)
        yield site


@pytest.fixture
def own_site(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[PagesSite]:
    """The same for one test, which changes it."""
    with pages_site(postgres, tmp_path) as site:
        enter_history(site)
        yield site


def listed(session: Session, **values: Any) -> dict[str, Any]:
    answer: dict[str, Any] = session.call("harvest_dataset_history_list", id=ONE, **values)
    return answer


def test_every_version_is_listed_newest_first_with_its_job_and_who_and_why(site: PagesSite) -> None:
    answer = listed(site.cli)

    rows = answer["versions"]
    assert [(row["number"], row["what"], row["kind"], row["trigger"]) for row in rows] == [
        (5, "deleted", "undo", "cli"),
        (4, "added", "harvest", "run-test"),
        (3, "deleted", "harvest", "run-test"),
        (2, "updated", "harvest", "run-test"),
        (1, "added", "harvest", "run-test"),
    ]
    assert (rows[0]["by"], rows[0]["reason"]) == ("cli", HOSTILE)
    assert (answer["count"], answer["earlier_gone"], answer["next"]) == (5, False, None)
    assert (answer["dataset"]["state"], answer["dataset"]["guid"]) == ("deleted", ONE)


def test_what_a_page_reads_parses_each_document_once(site: PagesSite, monkeypatch: pytest.MonkeyPatch) -> None:
    parsed: list[str] = []

    def counted(parse: Callable[..., Any]) -> Callable[..., Any]:
        def parse_and_count(*values: Any) -> Any:
            parsed.append(parse.__name__)
            return parse(*values)

        return parse_and_count

    monkeypatch.setattr(dataset_history, "READ", Kept(most=16))  # nothing was read before
    monkeypatch.setattr(dataset_history, "_title", counted(dataset_history._title))
    monkeypatch.setattr(dataset_history, "fields_of", counted(fields_of))
    session = Session(site.cli.parts, shows_current=False)

    shown = session.call("harvest_dataset_version_show", id=ONE, number=2)
    changed = session.call("harvest_dataset_version_diff", id=ONE, new=shown["version"]["object_id"])

    assert (shown["kept"], changed["kept"]) == (True, True)
    assert sorted(parsed) == ["_title", "fields_of", "fields_of"]


def test_pages_of_versions_follow_one_another_without_gap_or_repetition(site: PagesSite) -> None:
    numbers, after = [], ""
    while True:
        answer = listed(site.cli, limit=2, after=after)
        numbers += [row["number"] for row in answer["versions"]]
        if answer["next"] is None:
            break
        after = answer["next"]

    assert numbers == [5, 4, 3, 2, 1]


def test_a_dataset_is_found_by_its_package_its_name_and_any_record_of_it(site: PagesSite) -> None:
    rows = listed(site.cli)["versions"]
    other = site.cli.call("harvest_dataset_history_list", id="history-2")

    for row in rows:
        assert site.cli.call("harvest_dataset_history_list", id=row["object_id"])["versions"] == rows
    assert [row["what"] for row in other["versions"]] == ["added"]
    with pytest.raises(NotFound, match="No dataset nothing was harvested"):
        site.cli.call("harvest_dataset_history_list", id="nothing")


def test_it_is_shown_as_it_was_at_any_time_with_the_source_of_then(site: PagesSite) -> None:
    rows = {row["number"]: row for row in listed(site.cli)["versions"]}

    def at(number: int, seconds: float = 0.0) -> dict[str, Any]:
        time = rows[number]["at"] + timedelta(seconds=seconds)
        return dict(site.cli.call("harvest_dataset_version_show", id=ONE, at=time.isoformat()))

    before, first, second, deleted = at(1, -3600), at(1), at(2), at(3)

    assert (before["version"], before["fields"]) == (None, [])
    assert {"field": ["title"], "value": "Version 1"} in first["fields"]
    assert {"field": ["resources", "1", "url"], "value": "https://example.org/1"} in first["fields"]
    assert first["source"]["title"] == "First title"
    assert {"field": "title", "then": "First title", "now": "Second title"} in first["source"]["changed"]
    assert (first["source"]["datasets"], deleted["source"]["datasets"]) == (2, 1)
    assert (second["version"]["number"], second["source"]["title"]) == (2, "First title")
    assert (deleted["version"]["what"], deleted["fields"], deleted["kept"]) == ("deleted", [], True)
    assert site.cli.call("harvest_dataset_version_show", id=ONE, number=4)["version"]["object_id"] == rows[4]["object_id"]


def test_two_versions_differ_field_by_field_and_long_texts_by_words(site: PagesSite) -> None:
    rows = {row["number"]: row["object_id"] for row in listed(site.cli)["versions"]}

    answer = site.cli.call("harvest_dataset_version_diff", id=ONE, old=rows[1], new=rows[2])

    changes = {" / ".join(row["field"]): row for row in answer["differences"]}
    assert {name: row["what"] for name, row in changes.items()} == {
        "title": "changed",
        "metadata_modified": "changed",
        "notes": "changed",
        "tags / new": "added",
        "tags / old": "removed",
        "resources / r2": "added",
        "resources / r1 / url": "changed",
    }
    assert changes["resources / r1 / url"]["label"] == ["resources", "List", "url"]
    assert changes["notes"]["words"][0]["what"] == "same"
    assert {part["text"].strip() for part in changes["notes"]["words"] if part["what"] == "removed"} == {"word100"}
    assert "name" in answer["unchanged"]
    assert site.cli.call("harvest_dataset_version_diff", id=ONE, new=rows[2])["differences"] == answer["differences"]


@pytest.mark.parametrize(
    ("action", "values", "error"),
    [
        ("harvest_dataset_version_show", {"at": "yesterday"}, ValidationError),
        ("harvest_dataset_version_show", {"number": 99}, NotFound),
        ("harvest_dataset_version_show", {"number": 1, "at": "2026-01-01"}, ValidationError),
        ("harvest_dataset_version_show", {"version": "nothing"}, NotFound),
        ("harvest_dataset_version_diff", {"old": "nothing"}, NotFound),
    ],
)
def test_a_version_that_is_not_there_is_refused_with_what_was_wrong(
    site: PagesSite, action: str, values: dict[str, Any], error: type[Exception]
) -> None:
    with pytest.raises(error):
        site.cli.call(action, id=ONE, **values)


def test_anyone_sees_the_history_of_a_public_source_but_not_who_and_strangers_none_of_a_private_one(site: PagesSite) -> None:
    stranger = Session(site.cli.parts, Caller(""))
    secret = site.cli.call("harvest_dataset_list", source_id="secret")["datasets"][0]["object_id"]

    rows = listed(stranger)["versions"]

    assert [row["number"] for row in rows] == [5, 4, 3, 2, 1]
    assert {(row["by"], row["reason"]) for row in rows} == {(None, None)}
    for action in ("history_list", "version_show", "version_diff"):
        with pytest.raises(NotAuthorized):
            stranger.call(f"harvest_dataset_{action}", id=secret)


def test_the_pages_lead_from_the_list_to_a_version_and_to_changes_in_both_languages(site: PagesSite) -> None:
    editor = site.visitor("editor")
    rows = {row["number"]: row["object_id"] for row in listed(site.cli)["versions"]}
    path = f"/harvest/-/dataset/{ONE}"

    pages = {
        (name, lang): editor.get(path + name, lang=lang, **query)
        for name, query in (("", {}), ("/version", {"number": "2"}), ("/changes", {"old": rows[2], "new": rows[1]}))
        for lang in ("en", "de")
    }

    assert {page.status_code for page in pages.values()} == {200}
    assert "5 versions" in text(pages["", "en"])
    assert f"{path}/changes?new={rows[2]}" in pages["", "en"].text
    assert "Version 2" in text(pages["/version", "en"])
    assert re.search(r'type="range" min="1" max="5" value="2"', pages["/version", "en"].text)
    assert "https://example.org/moved" in text(pages["/changes", "en"])
    assert "Vorher und nachher" in text(pages["/changes", "de"])
    for page in pages.values():
        assert "<script>alert" not in page.text
        assert 'href="javascript:' not in page.text
        assert len(page.content) < 150_000


def test_the_pages_of_a_record_of_a_source_and_of_the_portal_lead_to_the_history(site: PagesSite) -> None:
    visitor = site.visitor()
    current = site.cli.call("harvest_dataset_list", source_id="city")["datasets"][0]["object_id"]

    for path in (f"/harvest/-/object/{current}", "/harvest/city", "/dataset/history-2"):
        assert f'href="/harvest/-/dataset/{current}"' in visitor.get(path).text, path
    assert visitor.get(f"/harvest/-/dataset/{current}").status_code == 200
    assert visitor.get("/harvest/-/dataset/nothing").status_code == 403


def test_what_retention_has_removed_is_said_in_its_place(own_site: PagesSite) -> None:
    parts = own_site.cli.parts
    path = f"/harvest/-/dataset/{ONE}"
    oldest = listed(own_site.cli)["versions"][-1]
    job = parts.application.load(Job, UUID(oldest["job_id"]))
    content = parts.content.get([listed(own_site.cli)["versions"][-2]["content_hash"]])
    old = [events for events in job_objects(parts.database, job, 2**62) if events[0].state["guid"] == ONE]
    Retention(parts.database, parts.application).prune(job, old, None)
    parts.read_model_projector().catch_up()
    parts.database.query("DELETE FROM content.document WHERE hash = ANY (%(gone)s)", gone=list(map(bytes.fromhex, content)))

    answer = listed(own_site.cli)
    pages = [text(own_site.visitor().get(path + more)) for more in ("", "/version?number=1", "/changes")]

    assert (answer["count"], answer["earlier_gone"], answer["versions"][-1]["number"]) == (4, True, 1)
    assert "Earlier versions are no longer kept." in pages[0]
    assert "The document of this version is no longer kept." in pages[1]
    assert "What differs between two versions" in pages[2]

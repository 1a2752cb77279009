"""Two people edit one source: the second one learns what the first has changed, and nothing is overwritten unseen."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import asdict
from typing import Any

import pytest

from adapters.actions.session import Session
from adapters.actions.source_versions import version_of
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.web.pages.page import Page
from domain.errors import Outdated
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import text

EVERYTHING: dict[str, Any] = {
    "title": "Ein Titel",
    "notes": "Text\nwith lines",
    "url": "http://anna:secret@127.0.0.1/one?token=geheim",
    "config": '{"records": 3, "api_key": "geheim"}',
    "cron": "30 2 * * 1-5",
    "time_zone": "Europe/Berlin",
    "blackout": "Mon-Fri 08:00-18:00",
    "private": True,
    "extras": {"b": "2", "a": "1"},
}


@pytest.fixture
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("versions")) as site:
        yield site


def show(site: PagesSite) -> dict[str, Any]:
    row: dict[str, Any] = site.cli.call("harvest_source_show", id="one")
    return row


@pytest.mark.parametrize("changes", [{}, EVERYTHING, {"frequency": "weekly"}])
def test_what_is_shown_and_what_is_in_the_log_have_the_same_version(site: PagesSite, changes: dict[str, Any]) -> None:
    saved = site.cli.call("harvest_source_patch", id="one", **changes)

    reading = Session(Parts(site.cli.parts.settings), shows_current=False)
    shown = reading.call("harvest_source_show", id="one")
    stored = site.cli.source("one").fields

    assert saved["fields_version"] == shown["fields_version"] == version_of(asdict(stored))


@pytest.mark.parametrize("field", [*EVERYTHING, "frequency"])
def test_each_field_is_part_of_the_version(site: PagesSite, field: str) -> None:
    before = show(site)["fields_version"]

    site.cli.call("harvest_source_patch", id="one", **{field: EVERYTHING.get(field, "weekly")})

    assert show(site)["fields_version"] != before


def test_a_job_and_a_pause_leave_the_version_as_it_is(site: PagesSite) -> None:
    before = show(site)["fields_version"]

    site.cli.call("harvest_source_pause", id="one")
    site.cli.call("harvest_source_test", id="one")

    assert show(site)["fields_version"] == before


@pytest.mark.parametrize("action", ["harvest_source_patch", "harvest_source_update"])
def test_who_saves_second_is_told_what_has_changed_and_saves_nothing(site: PagesSite, action: str) -> None:
    seen = show(site)
    site.cli.call("harvest_source_patch", id="one", title="Theirs", config={"records": 2, "api_key": "geheim"})
    site.cli.call("harvest_source_patch", id="one", frequency="DAILY")
    now = show(site)
    values = {"id": "one", "name": "one", "url": seen["url"], "source_type": "noop", "title": "Mine"}

    with pytest.raises(Outdated) as refused:
        site.cli.call(action, version=seen["fields_version"], **values)
    after = show(site)
    saved = site.cli.call(action, version=now["fields_version"], **values)

    assert refused.value.changes == {
        "title": ("One source", "Theirs"),
        "config": ('{"records": 2}', '{"records": 2, "api_key": "***"}'),
        "frequency": ("MANUAL", "DAILY"),
    }
    assert "last by cli" in str(refused.value)
    assert "title was 'One source' and is 'Theirs'" in str(refused.value)
    assert (after["title"], after["fields_version"]) == ("Theirs", now["fields_version"])
    assert saved["title"] == "Mine"


def test_a_version_that_there_never_was_is_refused(site: PagesSite) -> None:
    with pytest.raises(Outdated, match="no version that source one had lately"):
        site.cli.call("harvest_source_patch", id="one", title="Mine", version="0123456789abcdef")

    assert show(site)["title"] == "One source"


def test_changes_of_different_fields_at_the_same_time_are_all_kept(site: PagesSite) -> None:
    changes = [{"title": "Changed"}, {"notes": "Changed"}, {"blackout": "Mon 08:00-18:00"}]

    def change(values: dict[str, Any]) -> None:
        session = Session(Parts(site.cli.parts.settings))
        session.call("harvest_source_patch", id="one", **values)
        session.parts.close()

    with ThreadPoolExecutor(len(changes)) as threads:
        list(threads.map(change, changes))

    row = show(site)
    assert (row["title"], row["notes"], row["blackout"]) == ("Changed", "Changed", "Mon 08:00-18:00")


def test_over_http_the_answer_names_each_field_as_it_was_read_and_as_it_is(site: PagesSite) -> None:
    visitor, path = site.visitor(), f"{site.url}/api/3/action/harvest_source_"
    headers = {"Authorization": site.token("admin")}
    source = visitor.session.get(f"{path}show?id=one", headers=headers).json()["result"]
    site.cli.call("harvest_source_patch", id="one", title="Theirs")

    values = {"id": "one", "title": "Mine", "version": source["fields_version"]}
    refused = visitor.session.post(f"{path}patch", json=values, headers=headers)
    everything_back = visitor.session.post(f"{path}patch", json={**source, "id": "one", "version": None}, headers=headers)

    assert refused.status_code == 409
    assert refused.json()["error"]["changed"] == {"title": {"seen": "One source", "now": "Theirs"}}
    assert everything_back.status_code == 200


def test_a_form_that_was_compared_with_an_old_read_model_is_shown_again_with_both(
    site: PagesSite, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor = site.visitor("admin")
    form = visitor.get("/harvest/edit/one")
    call, read = Page.call, list[Any]()

    def behind(page: Page, action: str, /, **values: Any) -> Any:
        row = call(page, action, **values)
        if action == "harvest_source_show" and not read:
            read.append(row)
            site.cli.call("harvest_source_patch", id="one", title="Theirs", notes="Theirs too")
        return row

    monkeypatch.setattr(Page, "call", behind)
    shown = visitor.send(form, "/harvest/edit/one", title="Mine")

    assert shown.status_code == 422
    assert "Theirs" in text(shown)
    assert 'value="Mine"' in shown.text
    assert show(site)["title"] == "Theirs"

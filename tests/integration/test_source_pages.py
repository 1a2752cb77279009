"""The pages of sources, jobs and records over HTTP, as people with and without rights use them, without scripts."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.embedded import EmbeddedPostgres
from tests.support.pages_site import PagesSite, pages_site
from tests.support.visitor import Visitor, forms, text

UNKNOWN = "a0a0a0a0-0000-4000-8000-00000000dead"
OF_SOURCE = ("/harvest/{}", "/harvest/about/{}", "/harvest/statistics/{}")
OF_EDITORS = ("/harvest/timeline/{}", "/harvest/{}/job", "/harvest/{}/job/last", "/harvest/{}/job/last/errors")
OF_ADMIN = ("/harvest/admin/{}", "/harvest/edit/{}", "/harvest/clear/{}", "/harvest/delete/{}")
OF_SITE = ("/harvest/-/jobs", "/harvest/-/log", "/harvest/-/system", "/harvest/-/tokens", "/harvest/new", "/dataset")


@pytest.fixture(scope="module")
def site(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[PagesSite]:
    with pages_site(postgres, tmp_path_factory.mktemp("source_pages")) as site:
        poison = {"records": 3, "poison": ["record-1"], "false": ["record-2"]}
        site.source("failing", source_type="raising", config=poison)
        yield site


@pytest.mark.parametrize("path", [*OF_SOURCE, *OF_EDITORS, *OF_ADMIN])
@pytest.mark.parametrize("name", ["one", "hostile", "failing"])
def test_every_page_of_a_source_is_there_for_its_editor_in_both_languages(site: PagesSite, path: str, name: str) -> None:
    visitor = site.visitor("editor")

    english, german = visitor.get(path.format(name)), visitor.get(path.format(name), lang="de")

    assert (english.status_code, german.status_code) == (200, 200), text(english)[:500]
    assert "<script>alert" not in english.text
    assert "<img src=x" not in english.text


@pytest.mark.parametrize("path", [*OF_SITE, *OF_SOURCE])
def test_every_page_of_the_site_is_there_for_a_sysadmin(site: PagesSite, path: str) -> None:
    assert site.visitor("admin").get(path.format("secret")).status_code == 200


@pytest.mark.parametrize("path", [*OF_EDITORS, *OF_ADMIN])
def test_what_only_editors_may_see_is_refused_to_others_and_tells_nothing(site: PagesSite, path: str) -> None:
    for person in ("", "somebody"):
        visitor = site.visitor(person)
        public, private, unknown = (visitor.get(path.format(name)) for name in ("one", "secret", "nothing"))

        assert (public.status_code, private.status_code, unknown.status_code) == (403, 403, 403)
        assert "Geheim" not in private.text


@pytest.mark.parametrize("path", OF_SOURCE)
def test_anyone_can_look_at_a_public_source(site: PagesSite, path: str) -> None:
    page = site.visitor().get(path.format("one"))

    assert page.status_code == 200
    assert "One source" in text(page)
    assert "Harvest now" not in text(page)
    assert "Administration" not in text(page)


@pytest.mark.parametrize(
    "path",
    [
        *(f"/harvest/{part}nothing" for part in ("", "about/", "admin/", "edit/", "timeline/", "statistics/")),
        *(
            "/harvest/nothing/job",
            f"/harvest/one/job/{UNKNOWN}",
            "/harvest/one/job/xx",
            f"/harvest/one/job/{UNKNOWN}/errors.csv",
        ),
        *(f"/harvest/-/object/{UNKNOWN}", "/harvest/-/object/xx", "/dataset/nothing", "/dataset/one", "/dataset/nothing.ttl"),
        *("/harvest/-/log?job=xx", "/harvest/-/log?source=nothing", f"/harvest/one/job?after={UNKNOWN}"),
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(site: PagesSite, path: str) -> None:
    page = site.visitor("admin").get(path)

    assert page.status_code == 404, text(page)[:300]
    assert "There is nothing here" in text(page)


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/harvest/-/log?level=xx&since=1h", 200),
        ("/harvest/-/log?since=xx", 422),
        ("/harvest/-/jobs?status=xx", 200),
        ("/harvest/statistics/one?days=xx", 200),
        ("/harvest/timeline/one?before=-1", 200),
        ("/harvest/timeline/one?before=99999999999", 409),
        ("/harvest/one?start=x&q=%00", 409),
        ("/dataset?tags=%22", 200),
    ],
)
def test_strange_addresses_get_a_page_of_ours(site: PagesSite, path: str, status: int) -> None:
    page = site.visitor("admin").get(path)

    assert page.status_code == status, text(page)[:300]
    assert "harvestlog" in text(page)


def test_tracebacks_are_shown_to_those_who_may_see_the_job(site: PagesSite) -> None:
    failing = site.cli.call("harvest_source_show", id="failing")["id"]
    objects = site.cli.call("harvest_object_list", source_id=failing, only_current=False)
    path = "/api/3/action/harvest_object_show"
    editor = {"Authorization": site.token("editor")}

    shown = {name: Visitor(site.url, **headers) for name, headers in (("editor", editor), ("anyone", {}))}
    errors = {
        name: [error["message"] for id in objects for error in visitor.get(path, id=id).json()["result"]["errors"]]
        for name, visitor in shown.items()
    }

    assert any('\n  File "' in message for message in errors["editor"])
    assert errors["anyone"]
    assert errors["anyone"] == [message.partition("\n")[0] for message in errors["editor"]]


def test_a_failed_run_shows_its_problems_by_cause_one_by_one_and_as_a_table(site: PagesSite) -> None:
    visitor = site.visitor("editor")

    job = visitor.get("/harvest/failing/job/last")
    errors = text(visitor.get("/harvest/failing/job/last/errors"))
    table = visitor.get("/harvest/failing/job/last/errors.csv")

    assert "finished with errors" in text(job)
    assert "1 added, 2 failed" in text(job)
    assert "first error" in text(job)
    assert "Try 2 records again" in text(job)
    assert "line 3" in errors
    assert "no title in record-1" in errors
    assert table.headers["Content-Type"] == "text/csv; charset=utf-8"
    assert table.headers["Content-Disposition"] == 'attachment; filename="failing-last-errors.csv"'
    assert table.text.count("\r\n") == 1 + 3
    assert "record-2,Validation,,first error,3" in table.text


def test_the_page_of_a_record_shows_what_came_and_what_went_wrong(site: PagesSite) -> None:
    job = site.visitor("editor").get("/harvest/failing/job/last").text
    path = "/harvest/-/object/" + job.partition("/harvest/-/object/")[2].partition('"')[0]

    editor, anonymous = text(site.visitor("editor").get(path)), text(site.visitor().get(path))

    assert "failed" in editor
    assert "object.failed" in editor
    assert "There is no document" in editor
    assert "object.failed" not in anonymous


def test_a_harvest_is_begun_once_and_can_be_stopped(site: PagesSite) -> None:
    visitor = site.visitor("admin")
    page = visitor.get("/harvest/one")

    begun = visitor.send(page, "/harvest/refresh/one")
    pressed_twice = visitor.send(page, "/harvest/refresh/one")
    again = visitor.send(page, "/harvest/refresh/one", form_key="of a page that was loaded later")
    listed = text(visitor.get("/harvest/-/jobs"))
    stopped = visitor.send(begun, begun.url.removeprefix(site.url) + "/abort")

    assert "The harvest has begun" in text(begun)
    assert pressed_twice.url == begun.url
    assert "waiting" in listed
    assert "already" in text(again) or "has a job" in text(again) or "not ended" in text(again), text(again)[:400]
    assert "The job was stopped" in text(stopped)
    assert "stopped" in text(visitor.get("/harvest/one/job"))


def test_a_form_of_somebody_without_the_right_changes_nothing(site: PagesSite) -> None:
    visitor = site.visitor("somebody")
    form = forms(visitor.get("/harvest").text)["/harvest/-/sign-out"]

    answers = [
        visitor.post(path, form).status_code for path in ("/harvest/refresh/one", "/harvest/clear/one", "/harvest/delete/one")
    ]

    assert answers[0] == 403
    assert site.cli.call("harvest_source_show", id="one")["datasets"] == 2


def _new(site: PagesSite, **values: Any) -> Any:
    visitor = site.visitor("editor")
    page = visitor.get("/harvest/new", source_type="ckan")
    return visitor.send(page, "/harvest/new", **values)


def test_a_source_is_entered_with_the_options_that_its_harvester_declares(site: PagesSite) -> None:
    options = {
        "option.force_all": "true",
        "option.organizations_filter_include": "parks\r\ntransport",
        "option.page_size": "200",
    }

    page = _new(site, url="http://127.0.0.1/new-one", title="Ä new Öne", owner_org="amt", frequency="DAILY", **options)
    source = site.cli.call("harvest_source_show", id="a-new-one")

    assert "The source was added." in text(page)
    assert (source["title"], source["frequency"], source["owner_org"]) == ("Ä new Öne", "DAILY", "amt")
    assert '"organizations_filter_include": ["parks", "transport"]' in source["config"]
    assert '"page_size": 200' in source["config"]


def test_what_is_wrong_is_said_above_the_form_and_next_to_its_field_and_stays_filled_in(site: PagesSite) -> None:
    page = _new(site, url="no address", title="Wrong", owner_org="amt", **{"option.page_size": "many"})
    again = _new(site, url="no address", title="Wrong", owner_org="amt")

    assert page.status_code == again.status_code == 422
    assert "There is a problem" in text(page)
    assert text(page).count("Must be a number") == 2
    assert 'value="many"' in page.text
    assert 'href="#f-url"' in again.text
    assert 'value="Wrong"' in again.text
    assert text(again).startswith("Skip")
    assert "<title>Error: " in again.text


def test_a_source_is_edited_and_the_second_of_two_editors_sees_what_the_first_saved(site: PagesSite) -> None:
    site.source("edited", title="Before")
    first, second = site.visitor("editor"), site.visitor("admin")
    page_of_second = second.get("/harvest/edit/edited")

    saved = first.send(first.get("/harvest/edit/edited"), "/harvest/edit/edited", title="First")
    refused = second.send(page_of_second, "/harvest/edit/edited", title="Second")
    title_then = site.cli.call("harvest_source_show", id="edited")["title"]
    put = second.send(refused, "/harvest/edit/edited")

    assert "The changes were saved." in text(saved)
    assert refused.status_code == 422
    assert "Somebody else has saved this source meanwhile" in text(refused)
    assert "saved: First yours: Second" in text(refused)
    assert title_then == "First"
    assert "Second" in text(put)
    assert "First → Second" in text(first.get("/harvest/timeline/edited"))


def test_what_only_the_first_of_two_editors_changed_is_kept_when_the_second_saves(site: PagesSite) -> None:
    config = {"default_tags": [{"name": "trees"}], "page_size": 100}
    site.source("merged", source_type="ckan", url="http://127.0.0.1:1/merged", config=config, title="Before")
    here = "/harvest/edit/merged"
    first, second = site.visitor("editor"), site.visitor("admin")
    page_of_second = second.get(here)

    first.send(first.get(here), here, title="First", **{"option.page_size": "50"})
    merged = second.send(page_of_second, here, notes="By the second", **{"option.default_tags": '[{"name": "woods"}]'})
    put = second.send(merged, here)

    source = site.cli.call("harvest_source_show", id="merged")
    assert merged.status_code == 422
    assert "Only they changed; theirs is in the form now: page_size saved: 50 yours: 100" in text(merged)
    assert "Title saved: First yours: Before" in text(merged)
    assert "Both of you changed" not in text(merged)
    assert "The changes were saved." in text(put)
    assert (source["title"], source["notes"]) == ("First", "By the second")
    assert json.loads(source["config"]) == {"default_tags": [{"name": "woods"}], "page_size": 50}


def test_saving_a_form_that_nobody_changed_changes_nothing(site: PagesSite) -> None:
    before = site.source(
        "unchanged", source_type="ckan", url="http://127.0.0.1:1/unchanged", config={"default_tags": [{"name": "trees"}]}
    )
    visitor = site.visitor("editor")

    visitor.send(visitor.get("/harvest/edit/unchanged"), "/harvest/edit/unchanged")
    events = site.cli.call("harvest_timeline_list", id="unchanged")["events"]

    assert site.cli.call("harvest_source_show", id="unchanged")["config"] == before["config"]
    assert "source.changed" not in [event["topic"] for event in events]


def test_options_are_changed_as_fields_or_as_json_and_not_both(site: PagesSite) -> None:
    site.source("json", source_type="ckan", url="http://127.0.0.1:1/json", config={"page_size": 100})
    visitor = site.visitor("editor")
    page = visitor.get("/harvest/edit/json")

    both = visitor.send(page, "/harvest/edit/json", config='{"page_size": 300}', **{"option.page_size": "200"})
    as_json = visitor.send(page, "/harvest/edit/json", config='{"page_size": 300}')

    assert both.status_code == 422
    assert "change them in one of the two" in text(both)
    assert as_json.status_code == 200
    assert site.cli.call("harvest_source_show", id="json")["config"] == '{"page_size": 300}'


def test_a_source_is_paused_and_resumed(site: PagesSite) -> None:
    site.source("paused", frequency="DAILY")
    visitor = site.visitor("editor")
    pages = [visitor.get("/harvest/admin/paused")]

    wrong = visitor.send(pages[0], "/harvest/admin/paused", until="2001-01-01T00:00")
    for values in ({"do": "pause", "until": ""}, {"do": "resume"}):
        pages.append(visitor.send(pages[-1], "/harvest/admin/paused", **values))

    assert wrong.status_code == 422
    assert "is over already" in text(wrong)
    assert "Paused until somebody resumes it." in text(pages[1])
    assert "It runs by schedule again." in text(pages[2])


def test_a_script_that_reads_a_page_again_takes_no_notice_from_the_person(site: PagesSite) -> None:
    site.source("noticed", frequency="DAILY")
    visitor = site.visitor("editor")
    form = forms(visitor.get("/harvest/admin/noticed").text)["/harvest/admin/noticed"]

    visitor.post("/harvest/admin/noticed", {**form, "do": "pause", "until": ""})
    of_script = visitor.session.get(f"{site.url}/harvest/admin/noticed", headers={"Sec-Fetch-Dest": "empty"}, timeout=30)
    of_person = visitor.get("/harvest/admin/noticed")

    assert "Paused until somebody resumes it." not in text(of_script)
    assert "Paused until somebody resumes it." in text(of_person)
    assert "Paused until somebody resumes it." not in text(visitor.get("/harvest/admin/noticed"))


def test_clear_counts_what_goes_and_asks_again_when_that_has_changed(site: PagesSite) -> None:
    site.source("cleared", records=3)
    visitor = site.visitor("editor")
    page = visitor.get("/harvest/clear/cleared")

    other = visitor.send(page, "/harvest/clear/cleared", count="2")
    done = visitor.send(page, "/harvest/clear/cleared")

    assert "This removes 3 datasets" in text(page)
    assert other.status_code == 422
    assert "The number of datasets has changed" in text(other)
    assert "This job removes the datasets of the source." in text(done)


def test_delete_says_what_becomes_of_the_datasets(site: PagesSite) -> None:
    site.source("deleted")
    visitor = site.visitor("editor")
    page = visitor.get("/harvest/delete/deleted")

    undecided = visitor.send(page, "/harvest/delete/deleted")
    done = visitor.send(page, "/harvest/delete/deleted", datasets="release")

    assert "Choose what should happen to the datasets" in text(undecided)
    assert "The source deleted was removed." in text(done)
    assert "deleted" not in [source["name"] for source in site.cli.call("harvest_source_list", only_active=True)["sources"]]


def test_delete_and_clear_removes_the_datasets_before_the_source(site: PagesSite) -> None:
    source = site.source("deleted-and-cleared", records=3)
    visitor = site.visitor("editor")
    page = visitor.get("/harvest/delete/deleted-and-cleared")

    visitor.send(page, "/harvest/delete/deleted-and-cleared", datasets="delete")

    [job, *_] = site.cli.call("harvest_job_list", source_id=source["id"])["jobs"]
    assert (job["kind"], job["status"]) == ("clear", "New")
    assert site.cli.call("harvest_source_show_status", id=source["id"])["total_datasets"] == 3  # until the job has removed them


def test_a_token_is_shown_once_and_can_be_revoked(site: PagesSite) -> None:
    visitor = site.visitor("somebody")
    page = visitor.get("/harvest/-/tokens")

    wrong = visitor.send(page, "/harvest/-/tokens", do="create", name="x", scope="nonsense")
    made = visitor.send(page, "/harvest/-/tokens", do="create", name="a program", scope="read", expires="30d")
    token = made.text.partition('<pre tabindex="0">')[2].partition("<")[0]
    listed = text(visitor.get("/harvest/-/tokens"))
    identity = next(row["id"] for row in site.cli.call("harvest_token_list")["tokens"] if row["name"] == "a program")
    revoked = visitor.send(made, "/harvest/-/tokens", do="revoke", id=identity)

    assert "No action fits nonsense" in text(wrong)
    assert token.startswith("hl_")
    assert token not in listed
    assert "a program" in listed
    assert "The token is refused from now on." in text(revoked)


def test_all_schedules_are_paused_and_resumed_by_a_sysadmin(site: PagesSite) -> None:
    visitor = site.visitor("admin")

    paused = visitor.send(visitor.get("/harvest/-/system"), "/harvest/-/system", scope="all", do="pause", name="")
    resumed = visitor.send(paused, "/harvest/-/system", scope="all", do="resume", name="")

    assert "It is paused." in text(paused)
    assert "It goes on." in text(resumed)


def test_the_runs_of_a_private_source_are_told_to_nobody_else(site: PagesSite) -> None:
    ids = {name: site.cli.call("harvest_source_show", id=name)["id"] for name in ("one", "secret")}
    visitor = site.visitor()

    answer = visitor.session.post(
        f"{site.url}/api/3/action/harvest_run_list", json={"source_ids": list(ids.values())}, timeout=30
    )

    runs = answer.json()["result"]
    assert runs[ids["one"]]
    assert runs[ids["secret"]] == []

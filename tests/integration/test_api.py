"""The actions of ckanext-harvest over HTTP: its parameters, its keys and types, its words."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest

from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from tests.support.api_shapes import COUNTERS, JOB, LISTED, OBJECT, SOURCE, Api, assert_shape
from tests.support.api_site import api_of
from tests.support.web_server import SYSADMIN, web_server


@pytest.fixture(scope="module")
def api(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Api]:
    with api_of(postgres, tmp_path_factory.mktemp("api")) as api:
        yield api


@pytest.fixture
def own_api(postgres: EmbeddedPostgres, tmp_path: Path) -> Iterator[Api]:
    """The same where no other test has entered a source."""
    with api_of(postgres, tmp_path) as api:
        yield api


def test_a_source_is_shown_as_a_dataset_of_type_harvest(api: Api) -> None:
    source = api.read("harvest_source_show", id="one")

    assert_shape(source, SOURCE, "source")
    assert (source["type"], source["source_type"], source["state"]) == ("harvest", "raising", "active")
    assert source["records"] == 3  # an option of its configuration
    assert "hush" not in json.dumps(source)
    assert source["status"]["job_count"] == 1
    assert source["status"]["last_job"]["id"] == api.job
    assert api.read("harvest_source_show", id=source["id"]) == source
    assert api.read("package_show", id="one") == source


def test_a_source_without_configuration_is_shown_by_its_url(api: Api) -> None:
    assert api.read("harvest_source_show", url="http://127.0.0.1/two")["name"] == "two"


def test_sources_are_listed_as_rows_of_their_table(own_api: Api) -> None:
    listed = own_api.read("harvest_source_list", return_last_job_status="true")

    assert [source["name"] for source in listed] == ["two", "one"]
    for source in listed:
        assert_shape(source, LISTED, "listed source")
    assert listed[0]["status"] == {
        "job_count": 0,
        "next_harvest": "Not yet scheduled",
        "last_harvest_request": "",
        "msg": "No jobs yet",
    }
    assert listed[1]["last_job_status"]["id"] == own_api.job
    assert listed[0]["last_job_status"] is None
    assert [each["name"] for each in own_api.read("harvest_source_list", organization_id="the-org")] == ["two"]
    assert [each["name"] for each in own_api.read("harvest_source_list", limit=1, offset=1)] == ["one"]


def test_a_job_has_its_five_counters_everywhere_alike(api: Api) -> None:
    job = api.read("harvest_job_show", id=api.job)
    listed = api.read("harvest_job_list", source_id="one")
    status = api.read("harvest_source_show_status", id="one")

    assert_shape(job, JOB, "job")
    assert job["stats"].keys() == COUNTERS
    assert job["stats"] == {"added": 2, "updated": 0, "not modified": 0, "errored": 1, "deleted": 0}
    assert job["stats"] == listed[0]["stats"] == status["last_job"]["stats"]
    assert api.read("harvest_source_show", id="one")["status"]["last_job"]["stats"] == job["stats"]
    assert status.keys() == {"job_count", "last_job", "total_datasets"}
    assert status["total_datasets"] == 2
    assert "object_error_summary" not in listed[0]
    assert job["gather_error_summary"] == []
    assert [entry["error_count"] for entry in job["object_error_summary"]] == [1]


def test_a_jobs_report_names_its_errors_by_object(api: Api) -> None:
    report = api.read("harvest_job_report", id=api.job)

    [(object_id, entry)] = report["object_errors"].items()
    assert report["gather_errors"] == []
    assert entry["guid"] == "record-1"
    assert entry["errors"][0].keys() == {"message", "line", "type"}
    assert api.read("harvest_object_show", id=object_id)["state"] == "ERROR"


def test_an_object_is_shown_by_id_or_guid(api: Api) -> None:
    [first, second] = api.read("harvest_object_list", source_id="one")

    shown = api.read("harvest_object_show", id=first)

    assert_shape(shown, OBJECT, "object")
    assert (shown["job"], shown["current"], shown["state"]) == (api.job, True, "COMPLETE")
    assert api.read("harvest_object_show", id=shown["guid"], attr="guid") == shown
    assert len(api.read("harvest_object_list", source_id="one", only_current="false")) == 3
    assert api.read("harvest_object_list", limit=1, offset=1) == [second]


@pytest.mark.parametrize(
    ("values", "status", "said"),
    [
        ({}, 409, 'Please provide either an "id" or a "dataset_id" parameter'),
        ({"dataset_id": "nothing"}, 404, "Dataset not found"),
        ({"id": "nothing"}, 404, "Harvest object not found"),
        ({"id": "x", "attr": "content"}, 409, "use one of id, guid, package_id"),
    ],
)
def test_an_object_that_isnt_there_is_said_in_ckanext_harvests_words(
    api: Api, values: dict[str, Any], status: int, said: str
) -> None:
    refused, error = api.refused("harvest_object_show", **values)

    assert refused == status
    assert said in json.dumps(error, ensure_ascii=False).replace('\\"', '"')


def test_what_was_shown_can_be_sent_back_with_one_field_changed(api: Api) -> None:
    before = api.server.result("harvest_source_create", {
        "name": "back", "url": "http://127.0.0.1/back", "source_type": "noop", "title": "Back", "notes": "as it was",
        "config": '{"records": 4}', "extras": [{"key": "contact", "value": "a person"}],
    })  # fmt: skip

    after = api.server.result("harvest_source_update", {**before, "title": "Forth"})

    changed = {key for key in before if before[key] != after[key]}
    assert changed == {"title", "metadata_modified", "fields_version"}
    assert after["extras"] == [{"key": "contact", "value": "a person"}]
    assert api.server.result("harvest_source_patch", {"id": "back", "notes": None})["notes"] == ""
    assert api.server.result("harvest_source_delete", {"id": "back"}) is None
    assert api.read("harvest_source_show", id=before["id"])["state"] == "deleted"


@pytest.mark.parametrize("action", ["harvest_job_list", "harvest_source_list", "harvest_object_list", "harvest_log_list"])
@pytest.mark.parametrize("limit", ["0", "-1", "1001", "1e3", "many"])
def test_no_limit_is_everything(api: Api, action: str, limit: str) -> None:
    if action == "harvest_log_list" and limit in ("1e3", "many"):
        pytest.skip("what isn't a number counts as not given there, as in ckanext-harvest")

    answer = api.server.get(action, f"limit={limit}", SYSADMIN)

    assert answer.status == 409
    assert "limit" in answer.json["error"]


def test_lines_of_the_log_have_their_three_keys_first_and_what_they_are_about_after_them(api: Api) -> None:
    lines = api.read("harvest_log_list", level="ERROR", limit=5)

    assert lines
    keys = ["content", "level", "created", "id", "logger", "source_id", "job_id", "object_id"]
    assert all(list(line) == keys and line["level"] == "ERROR" for line in lines)


@pytest.mark.parametrize(
    ("action", "query"),
    [
        ("harvest_log_list", {}),
        ("harvest_log_list", {"order": "asc"}),
        ("harvest_source_list", {}),
    ],
)
def test_a_list_says_next_to_its_result_where_the_next_page_begins(api: Api, action: str, query: dict[str, str]) -> None:
    whole = api.read(action, limit=1000, **query)
    assert len(whole) > 1
    rows: list[Any] = []
    following: str | None = ""

    while following is not None:
        answer = api.server.get(action, urlencode({**query, "limit": 1, "after": following}), SYSADMIN).json
        rows += answer["result"]
        following = answer.get("next")

    assert rows == whole


def test_what_a_harvester_is_and_who_gets_mail_is_told(api: Api) -> None:
    names = {harvester["name"]: harvester for harvester in api.read("harvesters_info_show", token="")}

    assert {"name", "title", "description", "show_config"} <= names["ckan"].keys()
    assert api.read("harvest_get_notifications_recipients", source_id="one") == []


def test_help_names_parameters(api: Api) -> None:
    text = api.read("help_show", token="", name="harvest_job_create")

    assert text.startswith("Create a job for a source")
    assert ":param source_id: required" in text
    assert api.server.get("help_show", "name=no_such").status == 404


def test_a_jobs_events_and_days_are_shown(api: Api) -> None:
    events = api.read("harvest_event_list", id=api.job)
    days = api.read("harvest_statistics_series", source_id="one", days=2)

    assert [events[0]["topic"], events[-1]["topic"]] == ["job.created", "job.finished"]
    assert [event["version"] for event in events] == list(range(1, len(events) + 1))
    assert [event["version"] for event in api.read("harvest_event_list", id=api.job, after=1, limit=1)] == [2]
    assert [(day["jobs"], day["added"], day["errored"]) for day in days] == [(1, 2, 1)]
    [first, _] = api.read("harvest_object_list", source_id="one")
    assert api.read("harvest_event_list", id=first)[0]["topic"] == "object.gathered"


def test_maintenance_answers_as_ckanext_harvest_does(api: Api) -> None:
    source = api.read("harvest_source_show", id="one")["id"]

    assert api.read("harvest_source_reindex", id="one") is True  # a GET, as there
    assert api.server.result("harvest_sources_reindex") is True
    assert api.server.result("harvest_source_index_clear", {"id": "one"}) == {"id": source}
    assert api.server.result("harvest_abort_failed_jobs", {"life_span": 3}) == "There is no jobs to abort"
    assert api.refused("harvest_object_create", job_id=api.job)[0] == 409
    status, error = api.refused("harvest_send_job_to_gather_queue", id=api.job)
    assert (status, error["__type"]) == (409, "Validation Error")


def test_an_editor_may_run_sources_of_their_organisation_only(api: Api) -> None:
    created = api.server.result("harvest_job_create", {"source_id": "two", "run": True}, "editor")

    assert_shape(created, JOB, "job")
    assert created["status"] == "Running"
    assert "object_error_summary" not in created
    assert api.refused("harvest_job_create", source_id="two", token="editor")[1]["message"][0].startswith(
        "Source two already has job"
    )
    assert api.refused("harvest_job_create", source_id="one", token="editor")[0] == 403
    assert api.refused("harvest_job_create", source_id="two", token="member")[0] == 403
    assert api.server.result("harvest_job_abort", {"source_id": "two"})["status"] == "Aborted"


def test_the_current_object_of_a_dataset_is_shown(parts: Parts, settings: Settings) -> None:
    session = Session(parts)
    session.call("harvest_source_create", name="forms", url="http://127.0.0.1/forms", source_type="forms")
    session.call("harvest_source_test", id="forms")
    with web_server(settings) as server:
        shown = server.get("harvest_object_show", "dataset_id=package-of-typed-typed").json["result"]

    assert (shown["guid"], shown["current"], shown["package"]) == ("typed-typed", True, "package-of-typed-typed")


def test_a_source_says_when_it_last_changed_and_what_its_organisation_is(api: Api) -> None:
    organization = api.server.result("harvest_organization_create", {"name": "the-town", "title": "The Town"})
    one = {"name": "dated", "url": "http://127.0.0.1/dated", "source_type": "noop", "owner_org": "the-town"}
    created = api.server.result("harvest_source_create", one)
    changed = api.server.result("harvest_source_patch", {"id": "dated", "title": "Dated"})
    shown = api.read("package_show", id="dated")
    [found] = api.read("package_search", fq="dataset_type:harvest name:dated")["results"]

    assert created["metadata_modified"] == created["metadata_created"] == shown["metadata_created"]
    assert changed["metadata_modified"] > created["metadata_created"]
    assert shown["metadata_modified"] == found["metadata_modified"] == changed["metadata_modified"]
    assert shown["organization"] == found["organization"] == created["organization"]
    assert shown["organization"] == {
        "id": organization["id"],
        "name": "the-town",
        "title": "The Town",
        "type": "organization",
        "description": "",
        "image_url": "",
        "is_organization": True,
        "approval_status": "approved",
        "state": "active",
        "created": shown["organization"]["created"],
    }
    [newest] = api.read("package_search", fq="dataset_type:harvest", sort="metadata_modified desc", rows=1)["results"]
    assert newest == found


def test_calls_of_older_scripts_are_understood(api: Api) -> None:
    """As ckanext-harvest takes them: the job of a source by `attr`, `run` and filters for all jobs, ids in answers to names."""
    for name, organization in (("ours", "the-org"), ("theirs", "another-org")):
        api.server.result(
            "harvest_source_create",
            {"name": name, "url": f"http://127.0.0.1/{name}", "source_type": "noop", "owner_org": organization},
        )
    source = api.read("harvest_source_show", id="theirs")

    jobs = api.server.result("harvest_job_create_all", {"organization_id": "another-org", "run": True, "only_active": True})
    none = api.server.result("harvest_job_create_all", {"only_to_run": True})
    shown = api.read("harvest_job_show", id=source["id"], attr="source_id")
    api.server.result("harvest_job_abort", {"source_id": "theirs"})
    cleared = api.server.result("harvest_source_job_history_clear", {"id": "theirs"})

    assert ([job["source_id"] for job in jobs], none) == ([source["id"]], [])
    assert (shown["id"], shown["trigger"]) == (jobs[0]["id"], "api")
    stays = [{"id": jobs[0]["id"], "reason": "it was aborted less than an hour ago: workers may still be at it"}]
    assert cleared == {"id": source["id"], "name": "theirs", "jobs": 0, "objects": 0, "kept": stays}
    assert api.refused("harvest_job_abort") == (409, {"__type": "Validation Error", "id": ["Missing value"]})


def test_help_says_which_parameters_a_call_must_have(api: Api) -> None:
    text = api.read("help_show", name="harvest_source_create")

    lines = text.splitlines()
    assert ":param name: required" in lines
    assert ":param title: optional" in lines
    assert ":param active: optional, true unless given" in lines

"""The Action API as programs that were written for CKAN and ckanext-harvest use it: nothing but the address is ours."""

import json
from typing import Any

import ckanapi
import pytest

from tests.support.api_session import GOLDEN, caller, session
from tests.support.stack import ROOT, Stack, wait_for
from tests.support.web_server import SYSADMIN, web_server

DIFFERENT = {
    "job_create again": "409 with its reason, where ckanext-harvest fails with 500",
    "source_show without id": "the field is named id, as the parameter is",
    "source_update": "without changed_entities, which CKAN 2.12 puts around the answer",
    "source_delete": "409 while the job runs that clears the source",
    "recipients": "also by GET",
    "source_create without anything": "a source needs no organisation",
}
"""Steps whose answers are not those of ckanext-harvest, and why; docs/parity.md lists them."""


def test_the_whole_life_of_a_source_through_ckanapi(stack: Stack) -> None:
    with web_server(stack.settings) as server:
        site = ckanapi.RemoteCKAN(server.url, apikey=SYSADMIN).action

        source = site.harvest_source_create(
            name="life", url="http://127.0.0.1/life", source_type="raising", config='{"records": 5, "poison": ["record-2"]}'
        )
        job = site.harvest_job_create(source_id=source["id"])
        with pytest.raises(ckanapi.ValidationError):
            site.harvest_job_create(source_id="life")
        wait_for(lambda: site.harvest_job_show(id=job["id"])["status"] == "Finished", 60, "the job ends")

        ended = site.harvest_job_show(id=job["id"])
        assert ended["stats"] == {"added": 4, "updated": 0, "not modified": 0, "errored": 1, "deleted": 0}
        assert [each["id"] for each in site.harvest_job_list(source_id="life", status="Finished")] == [job["id"]]
        assert site.harvest_source_show(id="life")["status"]["last_job"]["id"] == job["id"]
        assert len(site.harvest_object_list(source_id="life")) == 4
        [failed] = site.harvest_job_report(id=job["id"])["object_errors"]
        assert site.harvest_object_show(id=failed)["report_status"] == "errored"
        assert site.harvest_log_list(level="error", limit=10)

        slow = site.harvest_source_patch(id="life", source_type="stubborn", config=json.dumps({"folder": str(stack.folder)}))
        assert slow["source_type"] == "stubborn"
        running = site.harvest_job_create(source_id="life")
        assert site.harvest_job_abort(id=running["id"])["status"] == "Aborted"
        (stack.folder / "go").touch()
        site.harvest_source_patch(id="life", source_type="noop", config="")

        cleared = site.harvest_source_clear(id="life")
        wait_for(lambda: site.harvest_job_show(id=cleared["job_id"])["status"] == "Finished", 60, "it is cleared")
        assert site.harvest_object_list(source_id="life") == []
        assert cleared["id"] == source["id"]
        stays = [
            {"id": running["id"], "reason": "it was aborted less than an hour ago: workers may still be at it"},
            {"id": cleared["job_id"], "reason": "4 datasets stand on its objects"},
        ]
        forgotten = {"id": source["id"], "name": "life", "jobs": 1, "objects": 5, "kept": stays}
        assert site.harvest_source_job_history_clear(id="life") == forgotten
        assert site.harvest_source_delete(id="life") is None
        assert site.harvest_source_list(only_active=True) == []
        with pytest.raises(ckanapi.NotFound):
            site.harvest_source_show(id="another")
        with pytest.raises(ckanapi.NotAuthorized):
            ckanapi.RemoteCKAN(server.url).action.harvest_job_create(source_id="life")


@pytest.fixture(scope="module")
def recorded() -> dict[str, Any]:
    shapes: dict[str, Any] = json.loads(GOLDEN.read_text(encoding="utf-8"))
    return shapes


def test_answers_have_the_keys_and_types_of_ckanext_harvests(recorded: dict[str, Any], settings: Any) -> None:
    with web_server(settings) as server:
        answered = session(caller(server.url), SYSADMIN)

    wrong: dict[str, list[str]] = {}
    for name, there in recorded.items():
        here = answered[name]
        differences = lacking(there["shape"], here["shape"], "")
        if (there["status"], there.get("type")) != (here["status"], here.get("type")):
            differences.append(f"{there['status']} {there.get('type')} there, {here['status']} {here.get('type')} here")
        if differences and name not in DIFFERENT:
            wrong[name] = differences
    assert wrong == {}


def test_differences_from_ckanext_harvest_are_listed() -> None:
    page = (ROOT / "docs" / "parity.md").read_text(encoding="utf-8")

    assert [name for name in DIFFERENT if f"`{name}`" not in page] == []


def lacking(there: Any, here: Any, path: str) -> list[str]:
    """What a shape lacks of another: keys, or other types; null counts as any type, an empty list as any list."""
    if path.endswith(".organization") or "NoneType" in (there, here):
        return []
    if isinstance(there, dict) and isinstance(here, dict):
        missing = [f"{path}.{key} is missing" for key in there if key not in here]
        deeper = [lacking(value, here[key], f"{path}.{key}") for key, value in there.items() if key in here]
        return missing + [problem for problems in deeper for problem in problems]
    if isinstance(there, list) and isinstance(here, list):
        return lacking(there[0], here[0], f"{path}[]") if there and here else []
    return [] if there == here else [f"{path} is {here}, and {there} there"]

"""A session of requests as scripts for ckanext-harvest make them, and the shapes of the answers: keys and types, no values.

`python -m tests.support.api_session URL TOKEN` prints those of a running CKAN with ckanext-harvest, in which there is an
organisation the-org; incumbent_shapes.json holds what 1.6.3 on CKAN 2.12 answered.
"""

import json
import sys
import urllib.error
import urllib.request
from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

from tests.support.stack import ROOT

GOLDEN = ROOT / "tests" / "support" / "incumbent_shapes.json"
SOURCE = {"name": "shapes", "url": "http://127.0.0.1:9/shapes", "source_type": "ckan", "title": "Shapes", "notes": "a source"}
OWNED = {**SOURCE, "owner_org": "the-org"}
UNKNOWN = "a0a0a0a0-0000-4000-8000-00000000dead"
Call = Callable[[str, Any, str], tuple[int, Any]]  # path, body (None: GET), token -> status, JSON


def shape(value: Any) -> Any:
    """The keys and types of a value; of a list its first element's, of texts only that they are."""
    if isinstance(value, dict):
        return {key: shape(item) for key, item in sorted(value.items())}
    if isinstance(value, list):
        return [shape(value[0])] if value else []
    return type(value).__name__


def caller(url: str) -> Call:
    """Calls a site over HTTP."""

    def call(path: str, body: Any, token: str) -> tuple[int, Any]:
        data = body if isinstance(body, bytes) else None if body is None else json.dumps(body).encode()
        headers = {"Content-Type": "application/json", **({"Authorization": token} if token else {})}
        try:
            with urllib.request.urlopen(urllib.request.Request(url + path, data, headers), timeout=60) as answer:
                return answer.status, json.load(answer)
        except urllib.error.HTTPError as error:
            text = error.read()
            try:
                return error.code, json.loads(text)
            except ValueError:
                return error.code, text.decode("utf-8", "replace")[:200]

    return call


def session(call: Call, token: str, after_job: Callable[[str], Any] = lambda _: None) -> dict[str, Any]:
    """Status and shape of each answer, by the name of the step. `after_job` is called with the job's id once there is one."""
    seen: dict[str, Any] = {}

    def step(name: str, action: str, body: Any = None, query: dict[str, Any] | None = None, by: str = token) -> Any:
        path = f"/api/3/action/{action}" + (f"?{urlencode(query)}" if query else "")
        status, answer = call(path, body, by)
        if isinstance(answer, dict):
            answer.pop("help", None)
        seen[name] = {"status": status, "shape": shape(answer)}
        error = answer.get("error") if isinstance(answer, dict) else None
        if isinstance(error, dict):
            seen[name]["type"] = error.get("__type")
        return answer.get("result") if isinstance(answer, dict) else None

    source = step("source_create", "harvest_source_create", OWNED)
    identity = source["id"]
    step("source_show", "harvest_source_show", query={"id": identity})
    step("source_show by name", "harvest_source_show", query={"id": "shapes"})
    step("source_show unknown", "harvest_source_show", query={"id": UNKNOWN})
    step("source_show without id", "harvest_source_show")
    step("source_show_status", "harvest_source_show_status", query={"id": identity})
    step("source_list", "harvest_source_list", query={"return_last_job_status": "true"})
    step("source_patch", "harvest_source_patch", {"id": identity, "title": "Other"})
    step("source_update", "harvest_source_update", {**OWNED, "id": identity})
    step("source_create again", "harvest_source_create", OWNED)
    step("source_create without anything", "harvest_source_create", {})
    step(
        "source_create of an unknown type",
        "harvest_source_create",
        {**OWNED, "name": "x-1", "source_type": "nothing"},
    )
    step("source_create anonymous", "harvest_source_create", OWNED, by="")
    step("package_show", "package_show", query={"id": "shapes"})
    step("package_search", "package_search", query={"fq": "dataset_type:harvest", "facet.field": '["frequency"]'})
    job = step("job_create", "harvest_job_create", {"source_id": identity})
    step("job_create again", "harvest_job_create", {"source_id": identity})
    step("job_create unknown source", "harvest_job_create", {"source_id": UNKNOWN})
    step("job_create anonymous", "harvest_job_create", {"source_id": identity}, by="")
    after_job(job["id"])
    step("job_show", "harvest_job_show", query={"id": job["id"]})
    step("job_show unknown", "harvest_job_show", query={"id": UNKNOWN})
    step("job_list", "harvest_job_list", query={"source_id": identity})
    step("job_report", "harvest_job_report", query={"id": job["id"]})
    step("object_list", "harvest_object_list", query={"source_id": identity, "only_current": "false"})
    step("object_show unknown", "harvest_object_show", query={"id": UNKNOWN})
    step("harvesters_info", "harvesters_info_show")
    step("log_list", "harvest_log_list", query={"limit": 1})
    step("recipients", "harvest_get_notifications_recipients", query={"source_id": identity})
    step("job_abort", "harvest_job_abort", {"source_id": identity})
    step("abort_failed_jobs", "harvest_abort_failed_jobs", {"life_span": 3})
    step("reindex", "harvest_source_reindex", {"id": identity})
    step("index_clear", "harvest_source_index_clear", {"id": identity})
    step("history_clear", "harvest_source_job_history_clear", {"id": identity})
    step("source_clear", "harvest_source_clear", {"id": identity})
    step("source_delete", "harvest_source_delete", {"id": identity})
    step("unknown action", "harvest_nothing", {})
    step("GET of a write", "harvest_job_create", query={"source_id": identity})
    step("no JSON", "harvest_source_show", b"{")
    step("no object", "harvest_source_show", b"[]")
    step("help_show", "help_show", query={"name": "harvest_source_show"})
    return seen


if __name__ == "__main__":
    print(json.dumps(session(caller(sys.argv[1]), sys.argv[2]), indent=1, sort_keys=True))

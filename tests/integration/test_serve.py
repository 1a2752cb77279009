"""Calls over HTTP: CKAN's envelope, its errors and status codes, and what every request passes."""

import json
import urllib.parse
from collections.abc import Iterator
from typing import Any

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from tests.conftest import new_database
from tests.support.web_server import SYSADMIN, WebServer, web_server

UNKNOWN = "a0a0a0a0-0000-4000-8000-00000000dead"


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with new_database(postgres, tmp_path_factory.mktemp("serve")) as settings, web_server(settings) as server:
        yield server


@pytest.fixture(scope="module")
def source(server: WebServer) -> dict[str, Any]:
    values = {"name": "one", "url": "http://127.0.0.1/one", "source_type": "noop"}
    created: dict[str, Any] = server.result("harvest_source_create", values)
    return created


def test_a_result_comes_in_ckans_envelope(server: WebServer, source: dict[str, Any]) -> None:
    answer = server.get("harvest_source_show", "id=one")

    assert answer.status == 200
    assert answer.headers["content-type"] == "application/json;charset=utf-8"
    assert list(answer.json) == ["help", "success", "result"]
    assert answer.json["help"] == f"{server.url}/api/3/action/help_show?name=harvest_source_show"
    assert answer.json["success"] is True
    assert answer.json["result"]["id"] == source["id"]


@pytest.mark.parametrize("path", ["/api/3/action/harvest_source_show", "/api/action/harvest_source_show"])
@pytest.mark.parametrize(
    ("body", "content_type"),
    [
        (b'{"id": "one"}', "application/json"),
        (b'{"id": "one"}', "application/x-www-form-urlencoded"),
        (urllib.parse.quote('{"id": "one"}').encode(), "application/x-www-form-urlencoded"),
        (b"id=one", "application/x-www-form-urlencoded"),
        (b'--x\r\nContent-Disposition: form-data; name="id"\r\n\r\none\r\n--x--\r\n', "multipart/form-data; boundary=x"),
        (b'{"id": "one"}', ""),
    ],
)
def test_parameters_come_as_json_or_as_a_form(
    server: WebServer, source: dict[str, Any], path: str, body: bytes, content_type: str
) -> None:
    answer = server.request(path, body, Content_Type=content_type)

    assert answer.status == 200, answer.body
    assert answer.json["result"]["id"] == source["id"]


@pytest.mark.parametrize(
    ("action", "values", "token", "status", "kind"),
    [
        ("harvest_source_show", {"id": UNKNOWN}, SYSADMIN, 404, "Not Found Error"),
        ("harvest_source_show", {}, SYSADMIN, 409, "Validation Error"),
        ("harvest_job_create", {"source_id": UNKNOWN}, "", 403, "Authorization Error"),
        ("harvest_source_show", {"id": UNKNOWN}, "no token of ours", 403, "Authorization Error"),
    ],
)
def test_errors_have_ckans_types_and_status_codes(
    server: WebServer, action: str, values: dict[str, Any], token: str, status: int, kind: str
) -> None:
    answer = server.post(action, values, token)

    assert (answer.status, answer.json["error"]["__type"], answer.json["success"]) == (status, kind, False)
    assert list(answer.json) == ["help", "success", "error"]


def test_a_validation_error_names_each_field_with_a_list_of_messages(server: WebServer) -> None:
    answer = server.post("harvest_source_create", {"private": "perhaps"}, SYSADMIN)

    assert answer.json["error"] == {"__type": "Validation Error", "private": ["Must be true or false"]}


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"{", "JSON Error: Error decoding JSON data"),
        (b"[1]", "Request data JSON decoded to list but it needs to be a dictionary"),
        (b"\xff\xfe", "JSON Error: Error decoding JSON data"),
        (b'{"id": NaN}', "NaN is no number in JSON"),
        (b"[" * 100_000, "JSON Error: Error decoding JSON data"),
        (b'{"id": ' + b"9" * 5000 + b"}", "JSON Error: Error decoding JSON data"),
    ],
)
def test_a_body_that_is_no_json_object_is_a_bad_request(server: WebServer, body: bytes, said: str) -> None:
    answer = server.request("/api/3/action/harvest_source_show", body, Content_Type="application/json")

    assert answer.status == 400
    assert answer.json.startswith("Bad request - ")
    assert said in answer.json


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/api/3/action/harvest_source_shw?id=one", "Action name not known: harvest_source_shw"),
        ("/api/3/action/harvest_source_test?id=one", "Action name not known: harvest_source_test"),
        ("/api/3/action/harvest_job_create?source_id=one", "Invalid request. Please use POST method for your request"),
    ],
)
def test_unknown_actions_and_writes_by_get_are_bad_requests(server: WebServer, path: str, said: str) -> None:
    answer = server.request(path)

    assert answer.status == 400
    assert said in answer.json


@pytest.mark.parametrize("value", ["a\0b", "half \ud83d of one", [[]] * 3, {"a": [1]}])
def test_values_that_cant_be_stored_are_validation_errors_of_their_field(server: WebServer, value: Any) -> None:
    answer = server.post("harvest_source_create", {"title": value}, SYSADMIN)

    assert answer.status == 409
    assert list(answer.json["error"]) == ["__type", "title"]


def test_deep_json_is_a_validation_error_of_its_field(server: WebServer) -> None:
    deep: Any = 0
    for _ in range(500):
        deep = {"a": deep}

    answer = server.post("harvest_source_create", {"extras": deep}, SYSADMIN)

    assert answer.status == 409
    assert answer.json["error"]["extras"] == ["Is nested more than 50 deep"]


def test_a_body_larger_than_the_setting_is_refused(server: WebServer) -> None:
    answer = server.request("/api/3/action/harvest_source_show", b" " * 5_000_001)

    assert answer.status == 413
    assert "HARVEST_SERVE_MAX_BODY" in answer.json


def test_an_answer_bears_an_id_and_headers_that_keep_browsers_from_harm(server: WebServer) -> None:
    answer = server.request("/api/3/action/")

    assert len(answer.headers["x-request-id"]) == 16
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["x-frame-options"] == "DENY"
    assert "default-src 'none'" in answer.headers["content-security-policy"]
    assert "access-control-allow-origin" not in answer.headers
    assert server.request("/api/3", X_Request_Id="mine-1").headers["x-request-id"] == "mine-1"
    assert server.request("/api/3", X_Request_Id="no good").headers["x-request-id"] != "no good"


def test_the_version_and_all_actions_are_listed(server: WebServer) -> None:
    assert server.request("/api/3").json == {"version": 3}
    names = server.request("/api/3/action/").json["result"]
    assert {"harvest_source_create", "harvest_job_list", "package_search"} <= set(names)
    assert names == sorted(names)
    assert "harvest_source_test" not in names


def test_an_address_that_isnt_there_is_not_found_as_json(server: WebServer) -> None:
    answer = server.request("/no/such/page")

    assert answer.status == 404
    assert answer.json["error"]["__type"] == "Not Found Error"


def test_pages_of_other_sites_may_call_only_if_they_are_named(settings: Settings) -> None:
    from dataclasses import replace

    with web_server(replace(settings, serve_cors_origins="https://portal.example.org")) as server:
        named = server.request("/api/3", Origin="https://portal.example.org")
        other = server.request("/api/3", Origin="https://else.example.org")

    assert named.headers["access-control-allow-origin"] == "https://portal.example.org"
    assert "access-control-allow-origin" not in other.headers
    assert json.loads(named.body) == {"version": 3}


def test_an_address_without_a_token_or_with_wrong_ones_may_call_so_often_only(settings: Settings) -> None:
    from dataclasses import replace

    with web_server(replace(settings, serve_anonymous_rate=3, serve_refused_rate=2)) as server:
        anonymous = [server.get("help_show", "name=help_show").status for _ in range(4)]
        known = server.get("help_show", "name=help_show", SYSADMIN).status
        guesses = [server.get("help_show", "name=help_show", f"guess-{number}") for number in range(3)]

    assert anonymous == [200, 200, 200, 429]
    assert known == 200
    assert [guess.status for guess in guesses] == [403, 403, 429]
    assert int(guesses[2].headers["retry-after"]) > 0
    assert guesses[2].json["error"]["__type"] == "Too Many Requests"


@pytest.mark.parametrize("path", ["/harvest/object/nobody-has-this", "/metrics", "/api/events"])
def test_guesses_at_tokens_are_limited_wherever_they_are_tried(settings: Settings, path: str) -> None:
    from dataclasses import replace

    with web_server(replace(settings, serve_refused_rate=2, metrics_token="another")) as server:
        statuses = [server.request(path, token=f"guess-{number}").status for number in range(3)]

    assert statuses == [403, 403, 429]


def test_processes_of_one_server_share_a_limit(settings: Settings) -> None:
    from dataclasses import replace

    with web_server(replace(settings, serve_refused_rate=6, serve_workers=3)) as server:
        statuses = [server.get("harvest_source_list", token=f"guess-{number}").status for number in range(3)]

    assert statuses == [403, 403, 429]


def test_the_api_describes_itself_without_anything_from_elsewhere(server: WebServer) -> None:
    description = server.request("/api/openapi.json").json
    page = server.request("/api/docs")

    names = {path.rpartition("/")[2] for path in description["paths"]}
    assert names == set(server.request("/api/3/action/").json["result"])
    assert "get" not in description["paths"]["/api/3/action/harvest_job_create"]
    body = description["paths"]["/api/3/action/harvest_job_create"]["post"]["requestBody"]
    assert body["content"]["application/json"]["schema"]["required"] == ["source_id"]
    text = page.body.decode()
    assert "harvest_job_create" in text
    assert "<script" not in text
    assert "src=" not in text
    assert "//" not in text.replace("<!--", "")

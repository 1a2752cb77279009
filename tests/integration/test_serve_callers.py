"""Who calls over HTTP: with tokens of our own, and for others."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import pytest

from adapters.actions.session import Session
from adapters.embedded import EmbeddedPostgres
from adapters.parts import Parts
from adapters.settings import Settings
from tests.conftest import new_database
from tests.support.web_server import Answer, WebServer, web_server


@pytest.fixture(scope="module")
def settings(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with new_database(postgres, tmp_path_factory.mktemp("callers")) as settings:
        yield settings


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[WebServer]:
    with web_server(settings, Parts(settings).callers) as server:
        yield server


@pytest.fixture(scope="module")
def cli(settings: Settings) -> Session:
    return Session(Parts(settings))


@pytest.fixture(scope="module")
def token(cli: Session) -> str:
    cli.call("harvest_person_create", name="anna")
    token: str = cli.call("harvest_token_create", person="anna", name="tests")["token"]
    return token


def who(answer: Answer) -> Any:
    assert answer.status == 200, answer.body
    return answer.json["result"]["name"]


@pytest.mark.parametrize("form", ["{}", "Bearer {}", "bearer {}"])
def test_a_token_stands_in_authorization_bare_or_behind_bearer(server: WebServer, token: str, form: str) -> None:
    assert who(server.request("/api/3/action/harvest_caller_show", token=form.format(token))) == "anna"


def test_a_token_may_stand_where_older_clients_of_ckan_put_it(server: WebServer, token: str) -> None:
    assert who(server.request("/api/3/action/harvest_caller_show", X_CKAN_API_Key=token)) == "anna"
    assert who(server.request("/api/3/action/harvest_caller_show", token="Basic dTpw", X_CKAN_API_Key=token)) == "anna"


def test_without_a_token_nobody_is_signed_in(server: WebServer) -> None:
    assert who(server.request("/api/3/action/harvest_caller_show")) == ""
    assert who(server.request("/api/3/action/harvest_caller_show", X_Harvest_Caller='{"name": "root", "sysadmin": true}')) == ""


def test_a_token_that_was_revoked_is_refused_at_the_next_call_also_for_what_anybody_may(
    server: WebServer, cli: Session
) -> None:
    created = cli.call("harvest_token_create", person="anna", name="short")
    assert who(server.get("harvest_caller_show", token=created["token"])) == "anna"

    cli.call("harvest_token_revoke", id=created["id"])
    answer = server.get("harvest_caller_show", token=created["token"])

    assert (answer.status, answer.json["error"]["__type"]) == (403, "Authorization Error")
    assert "unknown, expired or revoked" in answer.json["error"]["message"]


def test_a_service_calls_for_whom_it_names(server: WebServer, cli: Session) -> None:
    service = cli.call("harvest_token_create", service=True, name="ckan")["token"]
    said = '{"name": "bert", "organizations": {"org": "editor"}}'

    answer = server.request("/api/3/action/harvest_caller_show", token=service, X_Harvest_Caller=said)
    nameless = server.request("/api/3/action/harvest_caller_show", token=service)

    assert (who(answer), answer.json["result"]["roles"]) == ("bert", {"org": "editor"})
    assert (nameless.status, list(nameless.json["error"])) == (409, ["__type", "X-Harvest-Caller"])


def test_while_ckan_doesnt_say_who_calls_nothing_is_done(settings: Settings, cli: Session) -> None:
    cli.call("harvest_source_create", name="kept", url="http://127.0.0.1/kept", source_type="noop")
    away = replace(settings, ckan_url="http://127.0.0.1:1", ckan_token="x")

    with web_server(away, Parts(away).callers) as server:
        anonymous = server.post("harvest_source_show", {"id": "kept"})
        answers = [server.post(name, {"id": "kept"}, "a-token") for name in ("harvest_source_show", "harvest_source_delete")]

    assert anonymous.status == 200
    assert [(answer.status, answer.json["error"]["__type"]) for answer in answers] == [(503, "Service Unavailable Error")] * 2
    assert "CKAN doesn't say who calls" in answers[0].json["error"]["message"]
    assert answers[0].headers["retry-after"]
    assert cli.call("harvest_source_show", id="kept")["active"]

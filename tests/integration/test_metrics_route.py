"""`/metrics` and `/health`: what a monitoring system and a load balancer ask for."""

import re
import time
from collections.abc import Iterator
from dataclasses import replace

import pytest
from prometheus_client.parser import text_string_to_metric_families

from adapters.actions.metrics import METRICS
from adapters.actions.session import Session
from adapters.bootstrap import Parts
from adapters.embedded import EmbeddedPostgres
from adapters.settings import Settings
from adapters.web.metrics import HTTP
from domain.access import Caller
from tests.conftest import new_database
from tests.support.web_server import SYSADMIN, Tokens, WebServer, web_server


@pytest.fixture(scope="module")
def settings(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Settings]:
    with new_database(postgres, tmp_path_factory.mktemp("metrics")) as settings:
        session = Session(Parts(settings, "test"))
        values = {"name": "one", "url": "http://127.0.0.1/one", "source_type": "raising", "config": {"poison": ["record-1"]}}
        session.call("harvest_source_create", **values)
        session.call("harvest_source_test", id="one")
        yield settings


@pytest.fixture(scope="module")
def server(settings: Settings) -> Iterator[WebServer]:
    with web_server(settings) as server:
        yield server


def shown(server: WebServer, token: str = "", **headers: str) -> dict[str, dict[tuple[str, ...], float]]:
    """Values by metric, and the values of its labels in the order of their names."""
    answer = server.request("/metrics", None, token, **headers)
    assert answer.status == 200, answer.body
    families: dict[str, dict[tuple[str, ...], float]] = {}
    for family in text_string_to_metric_families(answer.body.decode()):
        for sample in family.samples:
            families.setdefault(sample.name, {})[tuple(value for _, value in sorted(sample.labels.items()))] = sample.value
    return families


def test_the_sites_numbers_are_shown_in_prometheus_format(server: WebServer) -> None:
    answer = server.request("/metrics")
    numbers = shown(server)

    assert answer.headers["content-type"].startswith("text/plain; version=")
    for metric in METRICS:
        assert f"# HELP {metric.name} " in answer.body.decode()
        assert f"# TYPE {metric.name} {metric.kind}" in answer.body.decode()
    assert numbers["harvestlog_records_total"] == {("added",): 9.0, ("errored",): 1.0}
    assert sum(numbers["harvestlog_errors_total"].values()) == 1
    assert numbers["harvestlog_projection_lag_events"] == {("read_model",): 0.0, ("work",): 0.0}
    assert numbers["harvestlog_source_last_success_timestamp_seconds"][("one",)] > 0


def test_openmetrics_is_given_to_who_asks_for_it(server: WebServer) -> None:
    answer = server.request("/metrics", Accept="application/openmetrics-text; version=1.0.0")

    assert answer.headers["content-type"].startswith("application/openmetrics-text")
    assert answer.body.endswith(b"# EOF\n")


def test_durations_of_answers_are_shown_by_route_and_status(server: WebServer) -> None:
    before = shown(server)
    for path in ("/harvest/object/1", "/harvest/object/2", "/nowhere/1", "/nowhere/2", "/api/3/action/no_such_action"):
        server.request(path)
    server.get("harvest_source_show", "id=one")

    after = shown(server)

    def more(name: str, *labels: str) -> float:
        return after[f"{HTTP}_{name}"][labels] - before.get(f"{HTTP}_{name}", {}).get(labels, 0.0)

    assert more("count", "GET", "/harvest/object/{id}", "404") == 2
    assert more("count", "GET", "other", "404") == 2
    assert more("count", "GET", "/api/3/action/{name}", "400") == 1
    assert more("count", "GET", "/api/3/action/harvest_source_show", "200") == 1
    assert more("bucket", "+Inf", "GET", "/harvest/object/{id}", "404") == 2


def test_any_process_shows_what_all_of_them_measured(settings: Settings, server: WebServer) -> None:
    with web_server(settings) as other:
        for _ in range(3):
            other.get("harvest_source_show", "id=one", SYSADMIN)
        before = shown(other)[f"{HTTP}_count"]["GET", "/api/3/action/harvest_source_show", "200"]

    assert before >= 3
    assert shown(server)[f"{HTTP}_count"]["GET", "/api/3/action/harvest_source_show", "200"] >= before


@pytest.mark.parametrize("header", ["X-Forwarded-For", "Forwarded", "Via"])
def test_metrics_are_for_this_machine_and_not_for_who_comes_through_a_proxy(server: WebServer, header: str) -> None:
    passed_on = {header.replace("-", "_"): "for=203.0.113.7"}

    assert server.request("/metrics", None, "", **passed_on).status == 403
    assert server.request("/metrics", None, SYSADMIN, **passed_on).status == 200


def test_with_a_token_metrics_are_for_who_bears_it(settings: Settings) -> None:
    with web_server(replace(settings, metrics_token="geheim")) as server:
        assert server.request("/metrics").status == 403
        assert server.request("/metrics", None, "Bearer wrong").status == 403
        assert server.request("/metrics", None, "Bearer geheim").status == 200
        assert server.request("/metrics", None, SYSADMIN).status == 200


def test_a_sysadmins_token_for_something_else_shows_no_metrics(settings: Settings) -> None:
    jobs_only = Tokens({"jobs": Caller("root", sysadmin=True, scope=frozenset({"harvest_job_*"}))})

    with web_server(replace(settings, metrics_token="geheim"), jobs_only) as server:
        assert server.request("/metrics", None, "jobs").status == 403


def test_a_server_that_can_serve_is_live_and_ready(server: WebServer) -> None:
    assert (server.request("/health/live").status, server.request("/health/live").json) == (200, {"status": "ok"})
    ready = server.request("/health/ready")
    assert (ready.status, ready.json) == (200, {"ready": True, "checks": {"database": "ok", "read_model": "ok"}})


def test_a_read_model_that_is_behind_is_not_ready_and_says_so(settings: Settings, server: WebServer) -> None:
    database = Parts(settings, "test").database
    position = database.query("SELECT notification_id FROM harvest.checkpoint")[0][0]
    begun = time.monotonic()
    database.query("UPDATE events.stored_event SET recorded_at = now() - interval '2 minutes'")
    database.query("UPDATE harvest.checkpoint SET notification_id = notification_id - 1")
    try:
        answer = server.request("/health/ready")
    finally:
        database.query("UPDATE harvest.checkpoint SET notification_id = %(at)s", at=position)
    took = time.monotonic() - begun

    assert answer.status == 503
    assert answer.json["checks"]["database"] == "ok"
    behind = re.fullmatch(r"1 event behind, the oldest from (\d+) s ago", answer.json["checks"]["read_model"])
    assert behind
    assert 120 <= int(behind[1]) <= 121 + took


def test_a_read_model_of_another_version_is_not_ready_and_metrics_go_on(settings: Settings, server: WebServer) -> None:
    database = Parts(settings, "test").database
    database.query("UPDATE harvest.checkpoint SET model_version = model_version - 1")
    try:
        ready, numbers = server.request("/health/ready"), shown(server)
    finally:
        database.query("UPDATE harvest.checkpoint SET model_version = model_version + 1")

    assert (ready.status, ready.json["checks"]["database"]) == (503, "ok")
    assert "rebuilt" in ready.json["checks"]["read_model"]
    assert numbers["harvestlog_read_model_current"] == {(): 0.0}
    assert "harvestlog_datasets" not in numbers


def test_without_its_database_a_server_lives_and_is_not_ready(settings: Settings) -> None:
    nowhere = settings.database_url.replace("/test_", "/nowhere_")
    with web_server(replace(settings, database_url=nowhere)) as server:
        ready = server.request("/health/ready")

        assert server.request("/health/live").status == 200
        assert (ready.status, ready.json["checks"]["database"]) == (503, "does not answer")
        assert "nowhere" not in ready.body.decode()

"""When nothing is sent to a remote host or to the target, and to which jobs that applies."""

from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from domain.breakers import Dispatchable, Stop, counts, held_jobs, origin_of, probe_wait, remote_of, shown_remote, trouble

NOW = datetime(2026, 3, 1, tzinfo=UTC)
DAY = 86_400.0  # seconds


def job(url: str = "https://data.example.org/csw", kind: str = "harvest", hours_ago: float = 1.0) -> Dispatchable:
    return Dispatchable(uuid4(), kind, NOW - timedelta(hours=hours_ago), url)


def is_held(one: Dispatchable, *stops: Stop) -> bool:
    return held_jobs([one], stops, NOW, DAY) == {one.job_id}


@pytest.mark.parametrize(
    ("stop", "url", "held"),
    [
        (Stop("host", "data.example.org:443", breaker=True), "https://data.example.org/csw", True),
        (Stop("host", "data.example.org:443", breaker=True), "https://user:pw@DATA.example.org:443/", True),
        (Stop("host", "data.example.org:443", breaker=True), "http://data.example.org/", False),
        (Stop("host", "data.example.org"), "http://data.example.org:8080/", True),
        (Stop("host", "data.example.org"), "http://www.data.example.org/", False),
        (Stop("host", "[::1]"), "http://data.example.org/", False),
        (Stop("target"), "http://data.example.org/", True),
        (Stop("host", "data.example.org"), "http://[broken/", False),
    ],
)
def test_a_breaker_is_of_a_host_and_port_and_a_pause_of_all_ports(stop: Stop, url: str, held: bool) -> None:
    assert is_held(job(url), stop) is held


@pytest.mark.parametrize(("kind", "held"), [("harvest", True), ("retry", True), ("import", False), ("clear", False)])
def test_only_jobs_that_ask_the_remote_wait_for_it(kind: str, held: bool) -> None:
    assert is_held(job(kind=kind), Stop("host", "data.example.org")) is held
    assert is_held(job(kind=kind), Stop("target"))


def test_a_job_past_its_deadline_is_let_go_by_a_breaker_and_not_by_a_pause() -> None:
    late = job(hours_ago=24.1)

    assert not is_held(late, Stop("host", "data.example.org:443", breaker=True), Stop("target", breaker=True))
    assert is_held(late, Stop("host", "data.example.org"))


@pytest.mark.parametrize(
    ("code", "counted"),
    [
        *((code, True) for code in ("unreachable", "disconnected", "timeout", "slow", "http_500", "http_503", "http_599")),
        *((code, False) for code in ("http_404", "http_429", "not_json", "too_large", "refused_address", "tls", "bad_url")),
    ],
)
def test_failures_to_connect_and_http_5xx_count(code: str, counted: bool) -> None:
    assert counts(code) is counted


def test_probes_come_less_often_the_longer_they_are_not_answered() -> None:
    waits = [probe_wait(probes, 0) for probes in range(12)]

    assert waits[:4] == [5.0, 10.0, 20.0, 40.0]
    assert waits[-1] == 300.0
    assert probe_wait(0, 2) == 20.0


def test_hosts_are_named_without_what_goes_without_saying() -> None:
    assert remote_of("HTTP://anna:pw@Data.Example.org/x?key=1") == "data.example.org:80"
    assert (shown_remote("data.example.org:80"), shown_remote("data.example.org:8080")) == (
        "data.example.org",
        "data.example.org:8080",
    )
    assert origin_of("https://anna:pw@data.example.org:8443/x?key=1") == "https://data.example.org:8443/"


def test_a_person_reads_what_is_wrong_and_that_it_goes_on_by_itself() -> None:
    said = trouble("host", "data.example.org:443", "HTTP 503", 12, 7260, 40)

    assert said.startswith("Nothing is sent to host data.example.org for 2 h 1 min, after 12 failures in a row (HTTP 503). ")
    assert "asked again in 40 s" in said

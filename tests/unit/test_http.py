"""The polite session against a remote that misbehaves, on loopback."""

import gzip
import time
import tracemalloc
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Lock
from typing import Any, ClassVar

import pytest

from domain.errors import Postponed, RemoteError
from harvesters.http import HttpLimits, PoliteSession
from harvesters.http import session as session_module
from harvesters.http.failures import excerpt, redact
from harvesters.http.hosts import HostSlots, HostState
from tests.support.logged import logged
from tests.support.rogue_server import RogueServer
from tests.support.served import served
from tests.support.stack import PATIENCE
from tests.support.stopwatch import stopwatch

LIMITS = HttpLimits(allow="loopback", timeout=PATIENCE, total_timeout=PATIENCE, max_bytes=1_000_000, retries=0)
HASTY = replace(LIMITS, timeout=0.2, total_timeout=0.5)  # for remotes that are too slow at any rate


class FakeTime:
    """A clock that moves only when somebody sleeps."""

    def __init__(self) -> None:
        self.now = 0.0
        self.slept: list[float] = []

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.now += seconds

    def clock(self) -> float:
        return self.now


def failure(mode: str, limits: HttpLimits = LIMITS, **server: Any) -> RemoteError:
    """What comes of one GET of JSON from a rogue server."""
    session = PoliteSession(limits)
    with RogueServer(mode, **server) as remote, pytest.raises(RemoteError) as caught:
        session.get_json(remote.url, {"rows": 10})
    session.close()
    return caught.value


@pytest.mark.parametrize(
    ("mode", "code", "retryable", "said"),
    [
        ("down", "unreachable", True, "Connection refused"),
        ("silent", "timeout", True, "nothing came for 0.2 s"),
        ("drip", "slow", True, "not complete after 0.5 s"),
        ("slow_headers", "slow", True, "not complete after 0.5 s"),
        ("404", "http_404", False, "answered HTTP 404: Not found"),
        ("429", "http_429", True, "Too many requests"),
        ("500", "http_500", True, "Internal server error"),
        ("503", "http_503", True, "Scheduled maintenance"),
        ("html", "not_json", False, "did not answer JSON but: Scheduled maintenance"),
        ("truncated", "not_json", False, "did not answer JSON"),
        ("empty_body", "not_json", False, "but: nothing"),
        ("answer_deep", "not_json", False, "did not answer JSON"),
        ("cut", "disconnected", True, "broke"),
        ("huge", "too_large", False, "larger than 1,000,000 bytes"),
        ("huge_announced", "too_large", False, "larger than"),
        ("huge_endless", "too_large", False, "larger than"),
        ("huge_lying", "not_json", False, "did not answer JSON"),
        ("gzip_bomb", "too_large", False, "larger than"),
        ("redirects", "redirects", False, "more than 5 redirects"),
        ("redirect_to_file", "bad_url", False, "file:///etc/hostname"),
    ],
)
def test_a_failure_says_what_came_from_where(mode: str, code: str, retryable: bool, said: str) -> None:
    limits = {
        "silent": replace(LIMITS, timeout=0.2),
        **dict.fromkeys(("drip", "slow_headers"), replace(LIMITS, total_timeout=0.5)),
    }

    error = failure(mode, limits.get(mode, LIMITS))

    assert (error.code, error.retryable) == (code, retryable)
    assert said in str(error)
    assert len(str(error)) < 500


@pytest.mark.parametrize("mode", ["drip", "slow_headers", "silent", "huge", "gzip_bomb"])
def test_no_remote_holds_a_worker_beyond_the_total_time_out(mode: str) -> None:
    with stopwatch() as took:
        failure(mode, HASTY)

    assert took.seconds < 2


@pytest.mark.parametrize("mode", ["huge", "huge_endless", "gzip_bomb"])
def test_a_gigabyte_ends_at_the_cap_with_flat_memory(mode: str) -> None:
    tracemalloc.start()
    try:
        error = failure(mode, replace(LIMITS, max_bytes=5_000_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()

    assert error.code == "too_large"
    assert peak < 30_000_000  # bytes; the server, in this process, holds 10 MB of them


def test_json_comes_back_with_headers_status_and_url() -> None:
    with RogueServer("good") as remote:
        response = PoliteSession(LIMITS).get(remote.url, {"rows": 2})

        assert response.json()["result"]["count"] == 3
        assert response.text.startswith('{"success"')
        assert (response.status, response.url) == (200, f"{remote.url}/?rows=2")
        assert response.headers["content-type"] == "application/json;charset=utf-8"


def test_the_user_agent_and_own_headers_are_sent() -> None:
    session = PoliteSession(HttpLimits(allow="loopback", user_agent="harvestlog-test"), headers={"X-One": "1"})
    with RogueServer("good") as remote:
        session.get(remote.url, headers={"X-Two": "2"})

        assert remote.headers["User-Agent"] == "harvestlog-test"
        assert (remote.headers["X-One"], remote.headers["X-Two"]) == ("1", "2")


def test_failures_that_may_pass_are_retried_with_growing_waits() -> None:
    time_ = FakeTime()
    session = PoliteSession(HttpLimits(allow="loopback", retries=3), sleep=time_.sleep, clock=time_.clock)
    with RogueServer("500") as remote, pytest.raises(RemoteError):
        session.get(remote.url)

    assert len(remote.requests) == 4
    assert [0.25 * 2**n <= slept <= 0.5 * 2**n for n, slept in enumerate(time_.slept)] == [True] * 3


def test_retries_are_one_line_of_log_with_the_reason(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level("INFO")
    session = PoliteSession(HttpLimits(allow="loopback", retries=3), headers={"Authorization": "geheim"}, sleep=lambda _: None)
    with RogueServer("500") as remote, pytest.raises(RemoteError):
        session.get(remote.url)

    [line] = logged(caplog, session_module.__name__)
    assert line.startswith(f"asking again, up to 3 times: {remote.url}")
    assert "HTTP 500" in line
    assert "geheim" not in line


def test_a_failure_for_good_is_not_retried() -> None:
    time_ = FakeTime()
    with RogueServer("404") as remote, pytest.raises(RemoteError):
        PoliteSession(HttpLimits(allow="loopback", retries=3), sleep=time_.sleep, clock=time_.clock).get(remote.url)

    assert len(remote.requests) == 1


def test_retries_end_with_the_total_time() -> None:
    time_ = FakeTime()
    limits = HttpLimits(allow="loopback", retries=1_000, total_timeout=60)
    with RogueServer("503") as remote, pytest.raises(RemoteError):
        PoliteSession(limits, sleep=time_.sleep, clock=time_.clock).get(remote.url)

    assert sum(time_.slept) <= 60


def test_a_short_retry_after_is_slept() -> None:
    time_ = FakeTime()
    with RogueServer("429", retry_after="7") as remote, pytest.raises(RemoteError) as caught:
        PoliteSession(HttpLimits(allow="loopback", retries=2), sleep=time_.sleep, clock=time_.clock).get(remote.url)

    assert time_.slept == [7.0, 7.0]
    assert caught.value.retry_after == 7.0


def test_a_long_retry_after_is_left_to_the_caller() -> None:
    time_ = FakeTime()
    with RogueServer("429", retry_after="120") as remote, pytest.raises(RemoteError) as caught:
        PoliteSession(HttpLimits(allow="loopback", retries=2), sleep=time_.sleep, clock=time_.clock).get(remote.url)

    assert time_.slept == []
    assert (caught.value.retryable, caught.value.retry_after) == (True, 120.0)


@pytest.mark.parametrize(("value", "seconds"), [("soon", None), ("9" * 30, None), ("9999999", 86_400), ("-5", None)])
def test_an_odd_retry_after_does_no_harm(value: str, seconds: float | None) -> None:
    error = failure("429", retry_after=value)

    assert error.retry_after == seconds


def test_a_retry_after_may_be_a_date() -> None:
    in_a_minute = format_datetime(datetime.now(UTC) + timedelta(seconds=60), usegmt=True)

    error = failure("429", retry_after=in_a_minute)

    assert error.retry_after is not None
    assert 50 < error.retry_after <= 60


@pytest.mark.parametrize(
    "url",
    [
        "",
        "data.example.org",
        "ftp://example.org/",
        "file:///etc/passwd",
        "http://",
        "http://[::1",
        "http://a:port/",
        "http:///x",
        "http://" + "a" * 300,
        "javascript:alert(1)",
        "http://*",
    ],
)
def test_only_http_urls_are_asked(url: str) -> None:
    with pytest.raises(RemoteError) as caught:
        PoliteSession(LIMITS).get(url)

    assert caught.value.code in ("bad_url", "unreachable")


@pytest.mark.parametrize("value", ["two\nlines", "snow\u2603man"])
def test_a_header_that_cant_be_sent_is_not_shown(value: str) -> None:
    with RogueServer("good") as remote, pytest.raises(RemoteError) as caught:
        PoliteSession(LIMITS).get(remote.url, headers={"Authorization": value})

    assert caught.value.code == "bad_header"
    assert value not in str(caught.value)


def test_credentials_of_a_url_are_used_and_not_shown() -> None:
    with RogueServer("404") as remote, pytest.raises(RemoteError) as caught:
        PoliteSession(LIMITS).get(remote.url.replace("//", "//anna:pass%20word@"), {"api_key": "s3cr3t"})

    assert remote.headers["Authorization"].startswith("Basic ")
    assert "anna" not in str(caught.value)
    assert "s3cr3t" not in str(caught.value)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("https://u:p@example.org/a?b=c", "https://example.org/a?b=c"),
        ("https://example.org/?token=abc&x=1", "https://example.org/?token=***&x=1"),
        ("http://u:p@[broken/", "http://[broken/"),
    ],
)
def test_a_shown_url_has_no_secrets(url: str, shown: str) -> None:
    assert redact(url) == shown


def test_an_excerpt_is_short_and_without_markup() -> None:
    assert excerpt("<p>One &amp;\n two</p><script>x()</script>") == "One & two"
    assert len(excerpt("x" * 10_000)) < 110


class Echo(BaseHTTPRequestHandler):
    """Repeats the Authorization header in an error, redirects elsewhere, or counts who is here at the same time."""

    protocol_version = "HTTP/1.1"
    lock = Lock()
    here = 0
    most = 0
    seen: ClassVar[list[str | None]] = []

    def do_GET(self) -> None:
        self.seen.append(self.headers["Authorization"])
        if self.path.startswith("/elsewhere"):
            return self.reply(302, b"", f"http://localhost:{self.headers['Host'].rpartition(':')[2]}/echo")
        if self.path.startswith("/count"):
            return self.count()
        return self.reply(403, f"no entry with {self.headers['Authorization']}".encode())

    def count(self) -> None:
        with self.lock:
            Echo.here += 1
            Echo.most = max(Echo.most, Echo.here)
        time.sleep(0.02)
        with self.lock:
            Echo.here -= 1
        self.reply(200, b"{}")

    def reply(self, status: int, body: bytes, location: str = "") -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        if location:
            self.send_header("Location", location)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def echo() -> Iterator[str]:
    Echo.seen.clear()
    Echo.most = 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Echo)
    server.daemon_threads = True
    with served(server):
        yield f"http://127.0.0.1:{server.server_port}"


def test_a_secret_that_the_remote_repeats_is_hidden(echo: str) -> None:
    session = PoliteSession(LIMITS)
    with pytest.raises(RemoteError) as caught:
        session.get(f"{echo}/echo", headers={"Authorization": "very-secret"})

    session.close()
    assert Echo.seen == ["very-secret"]
    assert "no entry with ***" in str(caught.value)


def test_a_secret_does_not_follow_a_redirect_to_another_host(echo: str) -> None:
    session = PoliteSession(LIMITS)
    with pytest.raises(RemoteError):
        session.get(f"{echo}/elsewhere", headers={"Authorization": "very-secret"})

    session.close()
    assert Echo.seen == ["very-secret", None]


def test_all_sessions_together_keep_the_limit_of_a_host(echo: str) -> None:
    sessions = [PoliteSession(HttpLimits(allow="loopback", host_limit=2)) for _ in range(4)]
    with ThreadPoolExecutor(12) as pool:
        list(pool.map(lambda n: sessions[n % 4].get_json(f"{echo}/count"), range(24)))

    for session in sessions:
        session.close()
    assert Echo.most == 2


class RefusingSlots(HostSlots):
    """Refuses every request, as an open breaker does."""

    def _wait(self, host: str, state: HostState) -> None:
        raise Postponed("Nothing is sent to it at present", wait=7.0)


def test_what_one_thread_is_refused_is_no_reason_for_another_ones_failure() -> None:
    """All threads of a job share a session: a record that the remote answered with HTTP 503 counts as an attempt."""
    session = PoliteSession(LIMITS, slots=RefusingSlots())
    with ThreadPoolExecutor(1) as other:
        with pytest.raises(Postponed):
            session.get("http://127.0.0.1:9/")
        seen_there = other.submit(lambda: session.postponed).result()

    assert (session.postponed is not None, seen_there) == (True, None)
    session.close()


@pytest.mark.parametrize("coding", ["", "identity", "utf-8", "none", "application/gzip", "gzip;q=1"])
def test_compressed_json_is_read_whatever_the_header_calls_it(coding: str) -> None:
    class Compressed(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = gzip.compress(b'{"success": true}')
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            if coding:
                self.send_header("Content-Encoding", coding)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            """Nothing."""

    session = PoliteSession(LIMITS)
    with served(ThreadingHTTPServer(("127.0.0.1", 0), Compressed)) as server:
        answer = session.get_json(f"http://127.0.0.1:{server.server_address[1]}/")
    session.close()

    assert answer == {"success": True}

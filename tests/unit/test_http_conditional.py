"""Conditional requests: a document that did not change is not sent again, and the remote's clock is noted."""

from collections.abc import Iterator
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from domain.errors import RemoteError
from harvesters.http import HttpLimits, PoliteSession
from tests.support.served import served
from tests.support.stack import PATIENCE

CHANGED = "Sat, 28 Feb 2026 23:00:00 GMT"


class Remote(ThreadingHTTPServer):
    """One document with an ETag and a date; its clock may be wrong."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.etag, self.date, self.always_304 = '"1"', "Sun, 01 Mar 2026 12:00:00 GMT", False
        self.asked: list[dict[str, str]] = []

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server_address[1]}/document"


class _Handler(BaseHTTPRequestHandler):
    server: Remote

    def do_GET(self) -> None:
        self.server.asked.append({name.lower(): value for name, value in self.headers.items()})
        same = self.server.always_304 or self.headers.get("If-None-Match") == self.server.etag
        busy = self.path == "/busy"
        self.send_response_only(503 if busy else 304 if same else 200)
        headers = {"ETag": self.server.etag, "Last-Modified": CHANGED, "Date": self.server.date, "Retry-After": ""}
        if busy:
            headers["Retry-After"] = "Sun, 01 Mar 2026 12:00:30 GMT"
        for name, value in headers.items():
            if value:
                self.send_header(name, value)
        body = b"" if same else b"document"
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def remote() -> Iterator[Remote]:
    with served(Remote()) as server:
        yield server


def session() -> PoliteSession:
    return PoliteSession(HttpLimits(allow="loopback", timeout=PATIENCE, retries=0))


def test_a_document_is_asked_for_with_the_validators_it_came_with(remote: Remote) -> None:
    first = session().get(remote.url)

    again = session().get(remote.url, validators=first.validators)

    assert (first.body, first.not_modified) == (b"document", False)
    assert first.validators == {"etag": '"1"', "last_modified": CHANGED}
    assert (again.body, again.not_modified) == (b"", True)
    assert remote.asked[1]["if-none-match"] == '"1"'
    assert remote.asked[1]["if-modified-since"] == CHANGED


def test_a_document_that_changed_comes_with_its_new_validators(remote: Remote) -> None:
    first = session().get(remote.url)
    remote.etag = '"2"'

    again = session().get(remote.url, validators=first.validators)

    assert (again.body, again.not_modified, again.validators["etag"]) == (b"document", False, '"2"')


@pytest.mark.parametrize("validators", [None, {}, {"etag": ""}])
def test_without_validators_nothing_is_conditional(remote: Remote, validators: dict[str, str] | None) -> None:
    assert session().get(remote.url, validators=validators).body == b"document"

    assert not {"if-none-match", "if-modified-since"} & remote.asked[0].keys()


def test_a_remote_that_says_unchanged_to_a_plain_question_is_in_error(remote: Remote) -> None:
    remote.always_304 = True

    with pytest.raises(RemoteError, match="304") as raised:
        session().get(remote.url)

    assert raised.value.code == "http_304"


def test_the_first_answer_tells_the_remotes_clock(remote: Remote) -> None:
    asking = session()
    assert asking.first_answer is None

    asking.get(remote.url)
    remote.date = "Sun, 01 Mar 2026 13:00:00 GMT"
    asking.get(remote.url)

    assert asking.first_answer is not None
    assert asking.first_answer.time == datetime(2026, 3, 1, 12, tzinfo=UTC)


def test_a_time_to_come_back_counts_from_the_remotes_clock(remote: Remote) -> None:
    with pytest.raises(RemoteError) as raised:
        session().get(remote.url.replace("/document", "/busy"))

    assert raised.value.retry_after == 30.0


def test_a_time_of_a_remote_that_does_not_tell_its_clock_counts_from_the_sites(remote: Remote) -> None:
    remote.date = ""
    asking = PoliteSession(
        HttpLimits(allow="loopback", timeout=PATIENCE, retries=0), now=lambda: datetime(2026, 3, 1, 12, 0, 20, tzinfo=UTC)
    )

    with pytest.raises(RemoteError) as raised:
        asking.get(remote.url.replace("/document", "/busy"))

    assert raised.value.retry_after == 10.0


@pytest.mark.parametrize("date", ["", "yesterday", "Sun, 99 Mar 2026 12:00:00 GMT"])
def test_a_remote_without_a_clock_is_no_error(remote: Remote, date: str) -> None:
    remote.date = date
    asking = session()

    assert asking.get(remote.url).status == 200

    assert asking.first_answer is None

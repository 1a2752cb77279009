"""Requests that are wrong in ways no library makes them: over a socket, byte by byte."""

import json
import re
import socket
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from typing import Any

import pytest

from adapters.embedded import EmbeddedPostgres
from adapters.web import border
from tests.conftest import new_database
from tests.support.web_server import SYSADMIN, WebServer, web_server

LIST = "/api/3/action/harvest_job_list"
MAX_BODY = 100_000  # bytes
JSON = "Content-Type: application/json"
FORM = "Content-Type: multipart/form-data; boundary=x"
PART = b'--x\r\nContent-Disposition: form-data; name="source_id"\r\n\r\n'


@pytest.fixture(scope="module")
def server(postgres: EmbeddedPostgres, tmp_path_factory: pytest.TempPathFactory) -> Iterator[WebServer]:
    with (
        new_database(postgres, tmp_path_factory.mktemp("bad")) as settings,
        web_server(replace(settings, serve_max_body=MAX_BODY)) as server,
    ):
        yield server


def sent(server: WebServer, start: str, *headers: str, body: bytes = b"", length: int | None = None) -> tuple[int, Any]:
    """Status and body of the answer to a request by a sysadmin: JSON, unless it is none."""
    host, _, port = server.url.removeprefix("http://").partition(":")
    framing = () if any("Transfer-Encoding" in header for header in headers) else (f"Content-Length: {length or len(body)}",)
    lines = [f"{start} HTTP/1.1", "Host: x", "Connection: close", f"Authorization: {SYSADMIN}", *framing, *headers, "", ""]
    with socket.create_connection((host, int(port)), timeout=20) as connection:
        with suppress(ConnectionError):  # it may hang up before it has read everything
            connection.sendall("\r\n".join(lines).encode("latin-1") + body)
        answer = b"".join(iter(lambda: connection.recv(65536), b""))
    head, _, content = answer.partition(b"\r\n\r\n")
    if b"transfer-encoding: chunked" in head.lower():
        content = b"".join(re.findall(rb"[0-9a-f]+\r\n(.+?)\r\n", content, re.DOTALL))
    return int(head.split()[1]), json.loads(content) if content.startswith((b"{", b'"')) else content


@pytest.mark.parametrize(
    ("body", "field", "said"),
    [
        (b'{"limit": -1}', "limit", "greater than or equal to 1"),
        (b'{"limit": 0}', "limit", "greater than or equal to 1"),
        (b'{"limit": true}', "limit", "Must be an integer"),
        (b'{"limit": 1.5}', "limit", "Must be an integer"),
        (b'{"limit": 1e400}', "limit", "finite number"),
        (b'{"limit": ' + b"9" * 400 + b"}", "limit", "less than or equal to 1000"),
        (b'{"offset": 9223372036854775808}', "offset", "less than or equal to 1000000000"),
        (b'{"limit": 1, "limit": -5}', "limit", "greater than or equal to 1"),  # of a key that comes twice the last counts
        (b'{"source_id": ["a"]}', "source_id", "Must be text"),
        (b'{"source_id": "a\\u0000"}', "source_id", "NUL"),
        (b'{"source_id": "\\udc00"}', "source_id", "surrogate"),
        (b'{"": 1}', "parameters", "Unknown parameter ''"),
        (b'{"__type": 1}', "parameters", "Unknown parameter '__type'"),
        (b'{"\\ud800": 1}', "\\ud800", "surrogate"),
        (b'{"nosuch": 1, "limit": 0}', "nosuch", "Unknown parameter 'nosuch'"),
    ],
)
def test_a_wrong_value_is_a_validation_error_that_names_it(server: WebServer, body: bytes, field: str, said: str) -> None:
    status, answer = sent(server, f"POST {LIST}", JSON, body=body)

    assert (status, answer["success"], answer["error"]["__type"]) == (409, False, "Validation Error")
    assert said in answer["error"][field][0], answer


def test_everything_that_is_wrong_is_told_at_once(server: WebServer) -> None:
    _, answer = sent(server, f"POST {LIST}", JSON, body=b'{"nosuch": 1, "limit": 0, "offset": false, "source_id": "\\u0000"}')

    assert answer["error"].keys() == {"__type", "nosuch", "limit", "offset", "source_id"}


def test_of_thousands_of_unknown_parameters_some_are_named(server: WebServer) -> None:
    body = json.dumps({f"limit{number}": 1 for number in range(5000)}).encode()

    status, answer = sent(server, f"POST {LIST}", JSON, body=body)

    assert status == 409
    assert len(answer["error"]) == 21
    assert "did you mean limit?" in answer["error"]["limit0"][0]


@pytest.mark.parametrize("content_type", ["", "text/plain", "garbage", "application/json; charset=utf-16", "\xff", ";;;"])
def test_json_is_read_whatever_the_content_type_calls_it(server: WebServer, content_type: str) -> None:
    status, answer = sent(server, f"POST {LIST}", f"Content-Type: {content_type}", body=b'{"limit": 1}')

    assert (status, answer["result"]) == (200, [])


@pytest.mark.parametrize(
    "body",
    [
        PART,
        PART + b"one\r\n",
        PART + b"one\r\n--x\r\n",
        b"garbage",
        b"--x\r\nContent-Disposition: form-data\r\n\r\none\r\n--x--\r\n",
        b"".join(PART + b"one\r\n" for _ in range(200)) + b"--x--\r\n",
        PART.replace(b"\r\n\r\n", b'; filename="a"\r\n\r\n') + b"one\r\n--x--\r\n",
    ],
)
def test_a_form_that_is_cut_off_or_broken_is_a_bad_request(server: WebServer, body: bytes) -> None:
    status, answer = sent(server, f"POST {LIST}", FORM, body=body)

    assert (status, answer[:32]) == (400, "Bad request - Bad request data: ")


@pytest.mark.parametrize("method", ["PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "PROPFIND"])
def test_another_method_is_refused_as_json(server: WebServer, method: str) -> None:
    status, answer = sent(server, f"{method} {LIST}")

    assert (status, answer["error"]["__type"]) == (405, "Bad Request")


def chunked(size: int) -> bytes:
    """A body of 'a' in chunks."""
    return b"".join(b"2710\r\n" + b"a" * 10_000 + b"\r\n" for _ in range(size // 10_000)) + b"0\r\n\r\n"


@pytest.mark.parametrize("content_type", [JSON, FORM, "Content-Type: application/x-www-form-urlencoded"])
def test_a_body_in_chunks_is_cut_at_the_limit(server: WebServer, content_type: str) -> None:
    status, answer = sent(server, f"POST {LIST}", content_type, "Transfer-Encoding: chunked", body=chunked(3 * MAX_BODY))

    assert status == 413
    assert "HARVEST_SERVE_MAX_BODY" in answer


def test_a_large_body_that_is_announced_and_never_comes_is_refused(server: WebServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(border, "PATIENCE", 0.05)  # seconds

    status, answer = sent(server, f"POST {LIST}", JSON, body=b"{", length=99_999_999_999)

    assert status == 413
    assert "HARVEST_SERVE_MAX_BODY" in answer


@pytest.mark.parametrize(
    ("path", "status"),
    [
        (f"{LIST}?source_id=%zz%ff%00", 409),
        (f"{LIST}?limit=1&limit=2", 409),
        (f"{LIST}?=1&&&", 409),
        ("/api/3/action/harv%00est", 400),
        ("/api/3/action/%ff%fe", 400),
        ("/api/3/action/../../etc/passwd", 404),
        ("/harvest/object/%00", 409),
        ("/harvest/object/%ff", 404),
        ("/harvest/object/" + "a" * 5000, 404),
        ("/dataset/harvest_object/%2e%2e", 404),
    ],
)
def test_an_odd_address_is_refused_as_json(server: WebServer, path: str, status: int) -> None:
    answered, answer = sent(server, f"GET {path}")

    assert answered == status, answer
    assert isinstance(answer, str) or answer["success"] is False

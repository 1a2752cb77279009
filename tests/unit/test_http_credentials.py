"""Credentials reach those they are for, and nobody else."""

import json
import ssl
import subprocess
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from domain.errors import RemoteError
from harvesters.http import HttpLimits, PoliteSession
from harvesters.http.credentials import blotted, may_follow, separated
from tests.support.served import served
from tests.support.stack import PATIENCE

LIMITS = HttpLimits(allow="loopback", timeout=PATIENCE, total_timeout=PATIENCE, retries=0)
SHOWN = ("Authorization", "X-CKAN-API-Key", "X-API-Key", "Private-Token", "Accept-Language")
KEY = {"Authorization": "very-secret", "X-CKAN-API-Key": "very-secret"}


@pytest.mark.parametrize(
    ("url", "target", "follows"),
    [
        ("http://a.example/x", "http://a.example/y", True),
        ("http://a.example/x", "http://A.example:80/y", True),
        ("http://a.example/x", "https://a.example/y", True),
        ("http://a.example:80/x", "https://a.example:443/y", True),
        ("http://a.example:8080/x", "https://a.example/y", False),
        ("http://a.example/x", "https://a.example:8443/y", False),
        ("https://a.example/x", "http://a.example/y", False),
        ("http://a.example/x", "http://a.example:81/y", False),
        ("http://a.example/x", "http://www.a.example/y", False),
        ("http://a.example/x", "https://b.example/y", False),
        ("http://a.example/x", "https://a.example.evil.example/", False),
    ],
)
def test_credentials_follow_on_the_same_host_only(url: str, target: str, follows: bool) -> None:
    assert may_follow(url, target) is follows


@pytest.mark.parametrize(
    ("url", "shown", "authorization"),
    [
        ("http://a.example/", "http://a.example/", "key"),
        ("http://gate:open@a.example/", "http://a.example/", "Basic Z2F0ZTpvcGVu"),
        ("http://gate@a.example/", "http://a.example/", "Basic Z2F0ZTo="),
        ("http://g%40te:p%3Aw%2F@a.example:1/", "http://a.example:1/", "Basic Z0B0ZTpwOncv"),
        ("http://a:\u00fc\u2603@a.example/", "http://a.example/", "Basic YTrDvOKYgw=="),
        ("http://@a.example/", "http://a.example/", "key"),
    ],
)
def test_the_credentials_of_an_address_become_a_header(url: str, shown: str, authorization: str) -> None:
    plain, headers = separated(url, {"authorization": "key", "X-CKAN-API-Key": "key"})

    assert plain == shown
    assert {name.lower(): value for name, value in headers.items()} == {
        "authorization": authorization,
        "x-ckan-api-key": "key",
    }


@pytest.mark.parametrize("text", ["very-secret", "Bearer very-secret", "pass word", "gate:pass word", "Z2F0ZTpwYXNzIHdvcmQ="])
def test_a_secret_is_blotted_out_in_all_its_forms(text: str) -> None:
    headers = {"authorization": "Basic Z2F0ZTpwYXNzIHdvcmQ=", "X-CKAN-API-Key": "Bearer very-secret", "Accept": "x"}

    assert blotted(f"a {text} b", headers) in ("a *** b", "a Bearer *** b", "a gate:*** b")


class Redirecting(BaseHTTPRequestHandler):
    """Redirects to what the query says after `to=`, else says 403 with the headers that came, or a sign-in page."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        _, found, target = self.path.partition("to=")
        if found:
            return self._reply(302, b"", Location=target)
        if self.path.startswith("/page"):
            return self._reply(200, b"<title>Log in</title>")
        seen = {name: self.headers[name] for name in SHOWN if self.headers[name]}
        return self._reply(200 if self.path.startswith("/seen") else 403, json.dumps(seen).encode())

    def _reply(self, status: int, body: bytes, **headers: str) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(len(body)))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


def serving(server: ThreadingHTTPServer) -> Iterator[int]:
    with served(server):
        yield server.server_port


@pytest.fixture
def port() -> Iterator[int]:
    yield from serving(ThreadingHTTPServer(("127.0.0.1", 0), Redirecting))


@pytest.fixture
def tls_port(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[int]:
    key, certificate = tmp_path / "key.pem", tmp_path / "certificate.pem"
    made = [
        "req",
        "-x509",
        "-newkey",
        "rsa:2048",
        "-nodes",
        "-days",
        "30",
        "-subj",
        "/CN=127.0.0.1",
        "-addext",
        "subjectAltName=IP:127.0.0.1",
    ]
    subprocess.run(["openssl", *made, "-keyout", str(key), "-out", str(certificate)], check=True, capture_output=True)
    server = ThreadingHTTPServer(("127.0.0.1", 0), Redirecting)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    monkeypatch.setenv("REQUESTS_CA_BUNDLE", str(certificate))
    yield from serving(server)


def test_key_and_credentials_of_the_address_both_arrive(port: int) -> None:
    seen = PoliteSession(LIMITS).get_json(f"http://gate:open@127.0.0.1:{port}/seen", headers=KEY)

    assert seen == {"Authorization": "Basic Z2F0ZTpvcGVu", "X-CKAN-API-Key": "very-secret"}


@pytest.mark.parametrize("to", ["/seen", "http://127.0.0.1:{port}/seen", "//127.0.0.1:{port}/seen"])
def test_both_are_taken_along_to_the_same_host(port: int, to: str) -> None:
    url = f"http://gate:open@127.0.0.1:{port}/?to={to.format(port=port)}"

    assert PoliteSession(LIMITS).get_json(url, headers=KEY) == {
        "Authorization": "Basic Z2F0ZTpvcGVu",
        "X-CKAN-API-Key": "very-secret",
    }


def test_both_are_taken_along_from_http_to_https(port: int, tls_port: int, monkeypatch: pytest.MonkeyPatch) -> None:
    ports = {port: 80, tls_port: 443}  # what the rule is told of the ports that a test may use
    real = may_follow

    def with_usual_ports(url: str, target: str) -> bool:
        for used, usual in ports.items():
            url, target = url.replace(f":{used}/", f":{usual}/"), target.replace(f":{used}/", f":{usual}/")
        return real(url, target)

    monkeypatch.setattr("harvesters.http.session.may_follow", with_usual_ports)
    url = f"http://gate:open@127.0.0.1:{port}/?to=https://127.0.0.1:{tls_port}/seen"

    assert PoliteSession(LIMITS).get_json(url, headers=KEY) == {
        "Authorization": "Basic Z2F0ZTpvcGVu",
        "X-CKAN-API-Key": "very-secret",
    }


@pytest.mark.parametrize("end", ["refuse", "page"])
@pytest.mark.parametrize("by_way", ["", "http://127.0.0.1:{port}/?to="])
def test_another_host_gets_nothing_and_the_error_says_so(port: int, end: str, by_way: str) -> None:
    elsewhere = f"http://localhost:{port}/?to={by_way}/{end}".format(port=port)

    with pytest.raises(RemoteError) as caught:
        PoliteSession(LIMITS).get_json(f"http://gate:open@127.0.0.1:{port}/?to={elsewhere}", headers=KEY)

    message = str(caught.value)
    assert f"(redirected from http://127.0.0.1:{port}/" in message
    assert "another host, so it did not get the credentials" in message
    assert "very-secret" not in message
    assert "Basic" not in message
    assert "open@" not in message


def test_of_other_headers_only_those_that_anybody_may_see_go_to_another_host(port: int) -> None:
    headers = {"X-API-Key": "very-secret", "Private-Token": "very-secret", "Accept-Language": "sr"}

    seen = PoliteSession(LIMITS).get_json(f"http://127.0.0.1:{port}/?to=http://localhost:{port}/seen", headers=headers)

    assert seen == {"Accept-Language": "sr"}


def test_a_redirect_without_credentials_says_nothing_of_them(port: int) -> None:
    with pytest.raises(RemoteError) as caught:
        PoliteSession(LIMITS).get(f"http://127.0.0.1:{port}/?to=http://localhost:{port}/refuse")

    assert "credentials" not in str(caught.value)


def test_a_remote_that_repeats_them_is_not_quoted(port: int) -> None:
    with pytest.raises(RemoteError, match=r"HTTP 403: .*\*\*\*") as caught:
        PoliteSession(LIMITS).get(f"http://gate:sesame@127.0.0.1:{port}/refuse", headers=KEY)

    assert not {"very-secret", "sesame", "Z2F0ZTpzZXNhbWU="} & set(str(caught.value).replace('"', " ").split())

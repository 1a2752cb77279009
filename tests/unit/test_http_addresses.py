"""Connections go to allowed addresses only: after DNS, on every redirect, whatever way of writing leads there."""

import socket
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import unquote

import pytest
from requests.utils import get_environ_proxies

from domain.errors import RemoteError
from harvesters.http import HttpLimits, PoliteSession
from tests.support.served import served
from tests.support.stack import PATIENCE

LIMITS = HttpLimits(timeout=PATIENCE, total_timeout=PATIENCE, retries=3)
ALLOWING = HttpLimits(timeout=PATIENCE, total_timeout=PATIENCE, retries=0, allow="127.0.0.2")


class Site(ThreadingHTTPServer):
    """Answers on all loopback addresses; `seen` holds the Host header and the path of each request, as they came."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("0.0.0.0", 0), Handler)
        self.seen: list[tuple[str, str]] = []


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: Site

    def do_GET(self) -> None:
        self.server.seen.append((self.headers["Host"], self.path))
        _, redirects, target = self.path.partition("to=")
        body = b"" if redirects else b"secret of the inside"
        self.send_response(302 if redirects else 200)
        if redirects:
            self.send_header("Location", unquote(target))
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    with served(Site()) as site:
        yield site


Names = dict[str, list[str]]


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    """Names that this test gives addresses to; a list is what a name means at one look-up after another, the last one stays."""
    known: Names = {}
    real = socket.getaddrinfo

    def look_up(host: Any, port: Any, *args: Any, **kwargs: Any) -> Any:
        name = host.decode() if isinstance(host, bytes) else host
        if name not in known:
            return real(host, port, *args, **kwargs)
        address = known[name].pop(0) if len(known[name]) > 1 else known[name][0]
        return [entry for one in address.split() for entry in real(one, port, *args, **kwargs)]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return known


def refused(url: str, limits: HttpLimits = LIMITS) -> str:
    with pytest.raises(RemoteError) as error:
        PoliteSession(limits, sleep=lambda _: pytest.fail("asked again")).get(url)
    assert error.value.code == "refused_address"
    return str(error.value)


@pytest.mark.parametrize(
    "host",
    [
        *("127.0.0.1", "localhost", "LOCALHOST", "127.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001"),
        *("0.0.0.0", "0", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[::ffff:7f00:1]", "127.0.0.1.", "\u2460\u2461\u2466.0.0.1"),
    ],
)
def test_no_way_of_writing_leads_to_this_machine(site: Site, host: str) -> None:
    with pytest.raises(RemoteError) as error:
        PoliteSession(LIMITS, sleep=lambda _: None).get(f"http://{host}:{site.server_port}/")

    assert error.value.code in ("refused_address", "unreachable", "bad_url")  # a resolver may not take this way of writing
    assert site.seen == []


@pytest.mark.parametrize(
    "address", ["10.0.0.1", "192.168.0.1", "169.254.169.254", "100.64.0.1", "[fd00:ec2::254]", "[64:ff9b::7f00:1]"]
)
def test_an_address_of_the_inside_is_refused_without_a_connection(address: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(socket.socket, "connect", lambda *_: pytest.fail("a connection was opened"))

    assert "HARVEST_HTTP_ALLOW" in refused(f"http://{address}/latest/meta-data/")


def test_a_name_that_leads_to_the_inside_is_refused(site: Site, names: Names) -> None:
    names["rebind.example.org"] = ["127.0.0.1"]

    assert "rebind.example.org (127.0.0.1) is a loopback address" in refused(f"http://rebind.example.org:{site.server_port}/")
    assert site.seen == []


def test_the_address_that_was_judged_is_the_one_that_is_connected_to(site: Site, names: Names) -> None:
    names["rebind.example.org"] = ["127.0.0.2", "127.0.0.1"]  # allowed at the first look-up, not at a second one
    session = PoliteSession(ALLOWING)

    assert session.get(f"http://rebind.example.org:{site.server_port}/").body == b"secret of the inside"

    assert names["rebind.example.org"] == ["127.0.0.1"]
    assert [host for host, _ in site.seen] == [f"rebind.example.org:{site.server_port}"]


def test_of_several_addresses_the_allowed_one_is_taken(site: Site, names: Names) -> None:
    names["mixed.example.org"] = ["127.0.0.1 127.0.0.2"]

    assert PoliteSession(ALLOWING).get(f"http://mixed.example.org:{site.server_port}/").status == 200


@pytest.mark.parametrize(
    "target", ["http://127.0.0.1:{port}/", "//localhost:{port}/", "http://0x7f.1:{port}/", "http://[::1]:{port}/"]
)
def test_a_redirect_into_the_inside_is_refused(site: Site, target: str) -> None:
    path = f"/?to={target.format(port=site.server_port)}"

    refused(f"http://127.0.0.2:{site.server_port}{path}", ALLOWING)

    assert [host for host, _ in site.seen] == [f"127.0.0.2:{site.server_port}"]


@pytest.mark.parametrize("target", ["file:///etc/passwd", "ftp://127.0.0.2/", "gopher://127.0.0.2/", "javascript:alert(1)"])
def test_a_redirect_to_anything_but_http_is_refused(site: Site, target: str) -> None:
    with pytest.raises(RemoteError) as error:
        PoliteSession(ALLOWING).get(f"http://127.0.0.2:{site.server_port}/?to={target}")

    assert error.value.code in ("bad_url", "refused_address", "http_404")
    assert len(site.seen) == 1


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://example.org/", "unix:///run/docker.sock", "data:text/plain,x"])
def test_only_http_and_https_are_asked(url: str) -> None:
    with pytest.raises(RemoteError, match="is not an http or https URL"):
        PoliteSession(LIMITS).get(url)


def test_a_proxy_of_the_environment_is_not_asked_for_the_inside(
    site: Site, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{site.server_port}")  # may have any address: the operator named it
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    names["rebind.example.org"] = ["10.0.0.7"]
    names["outside.example.org"] = ["93.184.215.14"]

    for host in ("10.0.0.1", "169.254.169.254", "2130706433", "rebind.example.org"):
        refused(f"http://{host}/")
    assert site.seen == []
    assert PoliteSession(LIMITS).get("http://outside.example.org/x").status == 200
    assert PoliteSession(LIMITS).get("http://unknown-here.invalid/x").status == 200
    assert [path for _, path in site.seen] == ["http://outside.example.org/x", "http://unknown-here.invalid/x"]


def test_the_environment_is_asked_for_proxies_once_for_each_host(
    site: Site, names: Names, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def proxies(url: str, no_proxy: str | None) -> dict[str, str]:
        asked.append(url)
        return get_environ_proxies(url, no_proxy)

    monkeypatch.setattr("requests.sessions.get_environ_proxies", proxies)
    monkeypatch.setenv("http_proxy", f"http://127.0.0.1:{site.server_port}")
    monkeypatch.setenv("no_proxy", "127.0.0.2")
    names["outside.example.org"] = ["93.184.215.14"]
    direct, proxied = f"http://127.0.0.2:{site.server_port}", "http://outside.example.org"
    session = PoliteSession(ALLOWING)

    for path in ("/1", "/2"):
        session.get(direct + path)
        session.get(proxied + path)

    assert asked == [f"{direct}/1", f"{proxied}/1"]
    assert [path for _, path in site.seen] == ["/1", f"{proxied}/1", "/2", f"{proxied}/2"]


def test_a_session_that_a_plugin_makes_for_itself_is_guarded(site: Site) -> None:
    with pytest.raises(RemoteError) as error:
        PoliteSession(HttpLimits()).get(f"http://127.0.0.1:{site.server_port}/")

    assert error.value.code == "refused_address"
    assert site.seen == []

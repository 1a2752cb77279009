"""robots.txt is read as RFC 9309 says, and heeded as the setting says."""

from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from adapters.settings import load
from domain.errors import RemoteError, SettingError
from harvesters.http import HttpLimits, PoliteSession
from harvesters.http.hosts import HostSlots
from harvesters.http.robots import KEPT, RobotsFiles, product_token, read_robots
from tests.support.served import served
from tests.support.stack import PATIENCE

FILE = """\ufeff# of a portal
User-agent: *
Disallow: /
Crawl-delay: 10

User-agent: Harvestlog/1.0
User-agent: other
Disallow: /api/
Allow: /api/3/action/package_
Disallow: /*.csv$
Disallow: /private*/x
Crawl-Delay: 2.5
Disallow:

User-Agent: harvestlog
Disallow: /caf\u00e9/%7ea
"""


@pytest.mark.parametrize(
    ("path", "allowed"),
    [
        ("/", True),
        ("", True),
        ("/api/2/search", False),
        ("/api", True),
        ("/api/3/action/package_search?rows=10", True),
        ("/api/3/action/group_list", False),
        ("/files/a.csv", False),
        ("/files/a.csv?x=1", True),
        ("/private-data/x", False),
        ("/private/y/x", False),
        ("/private", True),
        ("/caf%C3%A9/%7Ea", False),
        ("/caf%c3%a9/~b", True),
    ],
)
def test_the_longest_rule_of_our_groups_decides(path: str, allowed: bool) -> None:
    robots = read_robots(FILE, "harvestlog")

    assert robots.allows(f"https://data.example.org{path}") is allowed
    assert robots.delay == 2.5


def test_others_are_subject_to_the_rules_for_all() -> None:
    robots = read_robots(FILE, "someone")

    assert not robots.allows("https://data.example.org/x")
    assert robots.delay == 10


@pytest.mark.parametrize("text", ["", "<html>Not found</html>", "User-agent: *\nDisallow:", "Disallow: /", "user-agent: a"])
def test_what_is_not_forbidden_to_us_is_allowed(text: str) -> None:
    assert read_robots(text, "harvestlog").allows("https://data.example.org/x")


@pytest.mark.parametrize(("said", "delay"), [("abc", 0.0), ("-1", 0.0), ("1e9", 0.0), ("99999", 600.0), ("0.5", 0.5)])
def test_a_delay_that_makes_no_sense_is_left_out_and_a_long_one_cut(said: str, delay: float) -> None:
    assert read_robots(f"User-agent: *\nCrawl-delay: {said}", "harvestlog").delay == delay


def test_a_pattern_full_of_stars_is_matched_at_once() -> None:
    robots = read_robots("User-agent: *\nDisallow: /" + "*a" * 200 + "$", "harvestlog")

    assert robots.allows("https://data.example.org/" + "a" * 5000 + "b")


def test_our_name_is_the_first_word_of_the_user_agent() -> None:
    assert product_token("Harvestlog/1.2 (+https://example.org)") == "harvestlog"


def test_a_file_is_read_once_an_hour() -> None:
    now: list[float] = [0.0]
    read: list[float] = []
    files = RobotsFiles(clock=lambda: now[0])

    def text() -> str:
        read.append(now[0])
        return ""

    for moment in (0.0, KEPT - 1, KEPT + 1):
        now[0] = moment
        files.of("https://a.example/", "harvestlog", text)

    assert read == [0.0, KEPT + 1]


class Site(ThreadingHTTPServer):
    daemon_threads = True
    robots: tuple[int, str] = (200, "User-agent: *\nDisallow: /private\nCrawl-delay: 7\n")

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.seen: list[str] = []
        self.keys: list[str | None] = []


class Handler(BaseHTTPRequestHandler):
    server: Site

    def do_GET(self) -> None:
        self.server.seen.append(self.path)
        self.server.keys.append(self.headers["Authorization"])
        status, text = self.server.robots if self.path == "/robots.txt" else (200, "{}")
        if self.path == "/moved":
            status = 302
        self.send_response(status)
        self.send_header("Location", "/private/moved")
        self.send_header("Content-Length", str(len(text)))
        self.end_headers()
        self.wfile.write(text.encode())

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def site() -> Iterator[Site]:
    with served(Site()) as site:
        yield site


class Slots(HostSlots):
    """Notes how long apart requests are to be."""

    def __init__(self) -> None:
        super().__init__()
        self.delays: list[float] = []

    def taken(self, host: str, limit: int, delay: float = 0.0) -> Any:
        self.delays.append(delay)
        return super().taken(host, limit)


def session(mode: str, slots: HostSlots | None = None) -> PoliteSession:
    limits = HttpLimits(timeout=PATIENCE, retries=0, allow="loopback", robots=mode)
    return PoliteSession(limits, slots=slots or HostSlots(), robots=RobotsFiles())


def test_what_is_forbidden_is_not_asked_not_even_by_way_of_a_redirect(site: Site) -> None:
    polite = session("obey", Slots())

    for path in ("/private/a", "/moved"):
        with pytest.raises(RemoteError, match=r"robots\.txt") as error:
            polite.get(site.url + path, headers={"Authorization": "very-secret"})
        assert (error.value.code, error.value.retryable) == ("robots", False)

    assert polite.get(site.url + "/open", headers={"Authorization": "very-secret"}).status == 200
    assert site.seen == ["/robots.txt", "/moved", "/open"]
    assert site.keys == [None, "very-secret", "very-secret"]


@pytest.mark.parametrize(
    ("mode", "seen", "delays"), [("ignore", ["/private"], [0.0]), ("delay", ["/robots.txt", "/private"], [0.0, 7.0])]
)
def test_the_setting_says_what_of_it_counts(site: Site, mode: str, seen: list[str], delays: list[float]) -> None:
    slots = Slots()

    assert session(mode, slots).get(site.url + "/private").status == 200

    assert site.seen == seen
    assert slots.delays == delays


def test_a_missing_file_allows_everything(site: Site) -> None:
    site.robots = (404, "Disallow: /")

    assert session("obey").get(site.url + "/private").status == 200


def test_a_file_that_cannot_be_got_at_present_holds_the_request_up(site: Site) -> None:
    site.robots = (503, "")

    with pytest.raises(RemoteError) as error:
        session("obey").get(site.url + "/open")

    assert (error.value.code, error.value.retryable) == ("http_503", True)
    assert site.seen == ["/robots.txt"]


def test_requests_begin_as_long_apart_as_the_remote_asks(monkeypatch: pytest.MonkeyPatch) -> None:
    now = [100.0]

    def wait(seconds: float | None = None) -> bool:
        now[0] += seconds or 0.0
        return True

    slots = HostSlots(clock=lambda: now[0])
    monkeypatch.setattr(slots._changed, "wait", wait)
    begun: list[float] = []

    for _ in range(3):
        with slots.taken("a.example:80", 4, 7.0):
            begun.append(now[0])

    assert begun == [100.0, 107.0, 114.0]


def test_a_mode_that_is_none_is_refused() -> None:
    with pytest.raises(SettingError, match="HARVEST_HTTP_ROBOTS"):
        load({"HARVEST_HTTP_ROBOTS": "maybe"})

"""What a remote answers is kept in a file without secrets, and the file answers in its place."""

import gzip
import json
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest

from domain.errors import RemoteError, SettingError
from harvesters.http import HttpLimits, PoliteSession
from harvesters.http.recording import Replay, recorder
from tests.support.served import served

LIMITS = HttpLimits(retries=0, allow="loopback")
KEY = "s3cr3t-of-the-source"
XML = '<record token="t0k3n-in-xml"><title>Bäume</title></record>'


class _Handler(BaseHTTPRequestHandler):
    count = 0

    def do_GET(self) -> None:
        type(self).count += 1
        path = self.path.partition("?")[0]
        body = {
            "/plain": f'{{"n":  {self.count}}}'.encode(),
            "/echo": json.dumps({"sent": self.headers.get("Authorization"), "api_key": "other-k3y", "n": 1}).encode(),
            "/xml": XML.encode(),
            "/bytes": b"\xff\x00\xfe",
            "/latin": "<r>Bäume <api_key>l4tin-key</api_key></r>".encode("latin-1"),
            "/feeds/0f-the-path": b'{"n": 7}',
            "/packed": gzip.compress(b'{"packed": true}'),
        }.get(path, b"nothing here")
        self.send_response(302 if path == "/moved" else 200 if path != "/missing" else 404)
        if path == "/moved":
            self.send_header("Location", "/plain?token=t0k3n-in-address")
        if path == "/packed":
            self.send_header("Content-Encoding", "gzip")
        self.send_header("Set-Cookie", "session=c00kie")
        self.send_header("ETag", '"e1"')
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, format: str, *args: Any) -> None:
        pass


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with served(ThreadingHTTPServer(("127.0.0.1", 0), _Handler)) as server:
        yield f"127.0.0.1:{server.server_port}"


@contextmanager
def recorded(path: Path) -> Iterator[PoliteSession]:
    with recorder(path, {"url": "http://gate:0pen@site.example/?token=t0k3n", "api_key": KEY}) as tape:
        yield PoliteSession(LIMITS, through=tape.through)


def replayed(path: Path) -> PoliteSession:
    return PoliteSession(LIMITS, through=Replay.read(path).through)


def test_answers_come_back_in_their_order_and_the_last_one_again(site: str, tmp_path: Path) -> None:
    path, url = tmp_path / "tape", f"http://{site}/plain"
    with recorded(path) as session:
        first, second = (session.get(url).body for _ in range(2))

    replay = replayed(path)

    assert [replay.get(url).body for _ in range(3)] == [first, second, second]
    assert first != second


@pytest.mark.parametrize("name", ["bytes", "packed", "xml", "moved"])
def test_a_body_is_the_same_when_it_is_replayed(site: str, tmp_path: Path, name: str) -> None:
    path, url = tmp_path / "tape", f"http://{site}/{name}"
    with recorded(path) as session:
        response = session.get(url)

    again = replayed(path).get(url)

    assert again.body == response.body.replace(b"t0k3n-in-xml", b"***")
    assert (again.status, again.validators) == (200, {"etag": '"e1"'})


def test_secrets_are_not_in_the_file(site: str, tmp_path: Path) -> None:
    path = tmp_path / "tape"
    with recorded(path) as session:
        session.get(f"http://{site}/echo", {"api_key": "k3y-in-query", "q": "trees"}, {"Authorization": KEY})
        session.get(f"http://gate:0pen-sesame@{site}/echo")
        session.get(f"http://{site}/xml")
        session.get(f"http://{site}/moved")

    text = path.read_text(encoding="utf-8")

    for secret in (KEY, "0pen", "k3y-in-query", "other-k3y", "t0k3n", "c00kie", "Z2F0ZTowcGVuLXNlc2FtZQ"):
        assert secret not in text, secret
    assert "q=trees" in text
    assert stat.S_IMODE(path.stat().st_mode) == 0o600


def test_a_request_with_secrets_finds_its_answer(site: str, tmp_path: Path) -> None:
    path = tmp_path / "tape"
    with recorded(path) as session:
        session.get(f"http://gate:0pen-sesame@{site}/echo", {"api_key": "k3y-in-query"})

    answer = replayed(path).get_json(f"http://other:pass@{site}/echo", {"api_key": "another"})

    assert (answer["api_key"], answer["n"]) == ("***", 1)


def test_secrets_of_the_source_are_not_in_the_file_and_others_find_their_answers(site: str, tmp_path: Path) -> None:
    path = tmp_path / "tape"
    with recorder(path, {}, ["0f-the-path", "pw-0f-config"]) as tape:
        session = PoliteSession(LIMITS, through=tape.through)
        session.get(f"http://{site}/feeds/0f-the-path", {"pw": "pw-0f-config"})
        session.get(f"http://{site}/latin")

    text = path.read_text(encoding="utf-8")

    replay = replayed(path)
    assert replay.get_json(f"http://{site}/feeds/another-path", {"pw": "another"}) == {"n": 7}
    assert replay.get(f"http://{site}/latin").body == "<r>Bäume <api_key>***</api_key></r>".encode("latin-1")
    assert "0f-the-path" not in text
    assert "pw-0f-config" not in text


def test_an_error_is_replayed_as_well(site: str, tmp_path: Path) -> None:
    path = tmp_path / "tape"
    with recorded(path) as session:
        for url in (f"http://{site}/missing", "http://127.0.0.1:9/"):
            with pytest.raises(RemoteError):
                session.get(url)

    codes = []
    for url in (f"http://{site}/missing", "http://127.0.0.1:9/"):
        with pytest.raises(RemoteError) as failed:
            replayed(path).get(url)
        codes.append(failed.value.code)

    assert codes[0] == "http_404"
    assert codes[1] in ("unreachable", "disconnected")


def test_what_was_never_asked_is_named_with_the_nearest_address(site: str, tmp_path: Path) -> None:
    path = tmp_path / "tape"
    with recorded(path) as session:
        session.get(f"http://{site}/plain")

    with pytest.raises(RemoteError) as failed:
        replayed(path).get(f"http://{site}/plane")

    assert (failed.value.code, failed.value.retryable) == ("not_recorded", False)
    assert f"did you mean http://{site}/plain?" in str(failed.value)


def test_a_file_that_is_there_is_not_written_over(tmp_path: Path) -> None:
    path = tmp_path / "tape"
    path.write_text("mine")

    with pytest.raises(SettingError, match="is there already"), recorder(path, {}):
        pass

    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("", "is no recording"),
        ("{}\n", "is no recording"),
        ('{"harvestlog_recording": 1}\n{"uri": 1}', "line 2 is no answer"),
        ('{"harvestlog_recording": 1}\nnonsense', "line 2 is no answer"),
        ('{"harvestlog_recording": 1}\n{"url": "http://a/", "text": "cut o', "the file is cut off or was changed"),
        ('{"harvestlog_recording": 1}\n{"url": 5}', "line 2 is no answer of a recording .url is 5"),
        ('{"harvestlog_recording": 1}\n{"url": "http://a/", "status": "ok"}', "status is 'ok'"),
        ('{"harvestlog_recording": 1}\n{"url": "http://a/", "headers": {"ETag": 1}}', "value of a header is no text"),
        ('{"harvestlog_recording": 1}\n{"url": "http://a/", "base64": "AAA"}', "Incorrect padding"),
        ('{"harvestlog_recording": 1}\n[1]', "line 2 is no answer"),
    ],
)
def test_a_file_that_is_no_recording_is_refused(tmp_path: Path, text: str, message: str) -> None:
    path = tmp_path / "tape"
    path.write_text(text)

    with pytest.raises(SettingError, match=message):
        Replay.read(path)


def test_a_file_that_is_not_there_is_refused(tmp_path: Path) -> None:
    with pytest.raises(SettingError, match="can't be read: No such file"):
        Replay.read(tmp_path / "nothing")

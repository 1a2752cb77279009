"""A remote CKAN that misbehaves in one way, on loopback: what a harvester has to survive.

    with RogueServer("drip") as remote:
        harvest(remote.url)

`MODES` lists the ways. `requests` holds the paths that were asked, `headers` those of the newest request; `pieces` counts
what was sent slowly.
"""

import gzip
import json
import socket
import time
from collections.abc import Callable, Iterator, Sequence
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from types import TracebackType
from typing import Any
from urllib.parse import parse_qs, urlsplit

DRIP = 0.02  # seconds between two bytes
GIGABYTE = 1_000_000_000
ZEROS = b"0" * 65_536
JSON = "application/json;charset=utf-8"


class RogueServer:
    """The server of one mode; for mode `down` nothing listens at `url`."""

    def __init__(self, mode: str, datasets: int = 3, retry_after: str = "30") -> None:
        if mode != "down" and mode not in MODES:
            raise ValueError(f"no mode {mode}; there are down, {', '.join(MODES)}")
        self.mode = mode
        self.packages = [package(number) for number in range(datasets)]
        self.retry_after = retry_after
        self.requests: list[str] = []
        self.headers: dict[str, str] = {}
        self.pieces = 0
        self._server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "RogueServer":
        if self.mode == "down":
            self.url = f"http://127.0.0.1:{_closed_port()}"
            return self
        self._server = _Server(self)
        self.url = f"http://127.0.0.1:{self._server.server_port}"
        Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True).start()
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self._server:
            self._server.shutdown()
            self._server.server_close()


def package(number: int) -> dict[str, Any]:
    """A good dataset; ids sort by number, and the organisation is that of even or odd numbers."""
    return {
        "id": f"00000000-0000-4000-8000-{number:012d}",
        "name": f"dataset-{number}",
        "title": f"Dataset {number}",
        "type": "dataset",
        "organization": {"id": f"org-{number % 2}", "name": ("even", "odd")[number % 2]},
        "metadata_modified": "2024-05-01T10:00:00.000000",
        "resources": [{"id": f"resource-{number}", "url": f"https://data.example.org/{number}.csv", "format": "CSV"}],
    }


def page(packages: Sequence[Any], query: dict[str, str], count: int | None = None) -> dict[str, Any]:
    """CKAN's answer to a package_search over packages that are sorted already."""
    start, rows = int(query.get("start", 0)), int(query.get("rows", 10))
    results = list(packages[start : start + rows])
    return {"success": True, "result": {"count": len(packages) if count is None else count, "results": results}}


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False

    def __init__(self, rogue: RogueServer) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.rogue = rogue

    def handle_error(self, request: Any, client_address: Any) -> None:
        """Clients that hang up are what these tests are about."""


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    server: _Server

    def do_GET(self) -> None:
        """Answer in the way of the mode."""
        self.server.rogue.requests.append(self.path)
        self.server.rogue.headers = dict(self.headers.items())
        MODES[self.server.rogue.mode](self)

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""

    @property
    def rogue(self) -> RogueServer:
        """The server as tests see it."""
        return self.server.rogue

    @property
    def action(self) -> str:
        """The action that is asked for."""
        return urlsplit(self.path).path.rpartition("/")[2]

    @property
    def query(self) -> dict[str, str]:
        """Parameters of the request."""
        return {name: values[-1] for name, values in parse_qs(urlsplit(self.path).query).items()}

    def answer(self, body: bytes | Any, status: int = 200, content_type: str = JSON, **headers: str) -> None:
        """Send a whole, honest response; what isn't bytes is sent as JSON."""
        body = body if isinstance(body, bytes) else json.dumps(body).encode()
        self.begin(status, content_type, **{"Content-Length": str(len(body)), **headers})
        self.wfile.write(body)

    def begin(self, status: int, content_type: str, **headers: str) -> None:
        """Send status and headers."""
        self.send_response(status)
        self.send_header("Content-Type", content_type)
        for name, value in headers.items():
            self.send_header(name.replace("_", "-"), value)
        self.end_headers()

    def pour(self, pieces: Iterator[bytes]) -> None:
        """Send pieces until the client has had enough; then the connection is useless."""
        self.close_connection = True
        try:
            for piece in pieces:
                self.wfile.write(piece)
                self.wfile.flush()
        except OSError:
            pass


def _good(handler: _Handler) -> None:
    handler.answer(page(handler.rogue.packages, handler.query))


def _no_dates(handler: _Handler) -> None:
    """A good listing, unless it is asked for by date."""
    if "metadata_modified" in handler.query.get("fq", ""):
        handler.answer({"success": False, "error": {"__type": "Search Query Error", "message": "undefined field"}}, 409)
    else:
        _good(handler)


def _php(handler: _Handler) -> None:
    """A good listing as PHP software writes it: behind a notice, numbers as texts, and lists with a gap as objects."""
    answer = page(handler.rogue.packages, handler.query)
    results = {str(place): result for place, result in enumerate(answer["result"]["results"], 1)}
    count = str(answer["result"]["count"])
    body = json.dumps({"success": "true", "result": {"count": count, "results": results or []}})
    handler.answer(f"<br />\n<b>Notice</b>: odd in <b>x.php</b> on line <b>3</b><br />\n{body}".encode(), 200, "text/html")


def _mixed(handler: _Handler) -> None:
    """A good listing but for the record in the middle, whose id is an object."""
    packages: list[Any] = list(handler.rogue.packages)
    packages[len(packages) // 2] = {**packages[len(packages) // 2], "id": {"not": "an id"}}
    handler.answer(page(packages, handler.query))


def _around_bad(bad: Callable[[_Handler, bytes], None]) -> Callable[[_Handler], None]:
    """A good listing but for pages with the record in the middle: those are answered by `bad`, which gets the good body."""

    def answer(handler: _Handler) -> None:
        packages = handler.rogue.packages
        body = page(packages, handler.query)
        if handler.action != "package_search" or packages[len(packages) // 2] in body["result"]["results"]:
            bad(handler, json.dumps(body, ensure_ascii=False).encode())
        else:
            handler.answer(body)

    return answer


def _dropped(handler: _Handler) -> None:
    """The connection ends before anything was answered."""
    handler.close_connection = True


def _no_search(handler: _Handler) -> None:
    """Old software: package_list and package_show only, and one dataset that can't be shown."""
    packages = {package["name"]: package for package in handler.rogue.packages}
    middle = list(packages)[len(packages) // 2]
    if handler.action == "package_list":
        handler.answer(_result_of(list(packages)))
    elif handler.action != "package_show":
        handler.answer(b"<h1>Not found</h1>", 404, "text/html")
    elif handler.query["id"] == middle:
        handler.answer(b"Internal server error", 500, "text/plain")
    else:
        handler.answer(_result_of(packages[handler.query["id"]]))


def _same_page(handler: _Handler) -> None:
    """`start` is ignored, and there seems to be no end."""
    handler.answer(page(handler.rogue.packages, {"rows": handler.query.get("rows", "10")}, count=1_000_000))


def _drip(handler: _Handler) -> None:
    handler.begin(200, JSON, Connection="close")
    handler.pour(_slowly(handler.rogue, b" "))


def _slow_headers(handler: _Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nX-Slow: ")
    handler.pour(_slowly(handler.rogue, b"a"))


def _silent(handler: _Handler) -> None:
    handler.pour(_silence())


def _huge(handler: _Handler) -> None:
    handler.begin(200, JSON, Transfer_Encoding="chunked")
    chunk = b"%x\r\n%s\r\n" % (len(ZEROS), ZEROS)
    handler.pour(chunk for _ in range(GIGABYTE // len(ZEROS)))


def _huge_announced(handler: _Handler) -> None:
    handler.begin(200, JSON, Content_Length=str(GIGABYTE))
    handler.pour(ZEROS for _ in range(GIGABYTE // len(ZEROS)))


def _huge_endless(handler: _Handler) -> None:
    """Neither chunked nor with a length: the body ends with the connection."""
    handler.begin(200, JSON, Connection="close")
    handler.pour(ZEROS for _ in range(GIGABYTE // len(ZEROS)))


def _huge_lying(handler: _Handler) -> None:
    """Says 100 bytes and sends a gigabyte."""
    handler.begin(200, JSON, Content_Length="100")
    handler.pour(ZEROS for _ in range(GIGABYTE // len(ZEROS)))


def _gzip_bomb(handler: _Handler) -> None:
    """About 1 MB that becomes 1 GB."""
    piece = gzip.compress(b"0" * 10_000_000)
    handler.begin(200, JSON, Content_Encoding="gzip", Content_Length=str(100 * len(piece)))
    handler.pour(piece for _ in range(100))


def _error_429(handler: _Handler) -> None:
    handler.answer(b"Too many requests", 429, "text/plain", Retry_After=handler.rogue.retry_after)


def _redirects(handler: _Handler) -> None:
    handler.answer(b"", 302, "text/plain", Location=handler.path)


def _redirect_to_file(handler: _Handler) -> None:
    handler.answer(b"", 302, "text/plain", Location="file:///etc/hostname")


def _truncated(handler: _Handler) -> None:
    whole = json.dumps(page(handler.rogue.packages, handler.query)).encode()
    handler.answer(whole[: len(whole) // 2])


def _cut(handler: _Handler) -> None:
    """The connection breaks in the middle of the body."""
    whole = json.dumps(page(handler.rogue.packages, handler.query)).encode()
    handler.begin(200, JSON, Content_Length=str(len(whole)))
    handler.pour(iter([whole[: len(whole) // 2]]))


def _fixed(body: bytes | Any, status: int = 200, content_type: str = JSON) -> Callable[[_Handler], None]:
    return lambda handler: handler.answer(body, status, content_type)


def _slowly(rogue: RogueServer, piece: bytes) -> Iterator[bytes]:
    while True:
        yield piece
        rogue.pieces += 1
        time.sleep(DRIP)


def _silence() -> Iterator[bytes]:
    """Nothing, for a minute; empty pieces let the thread see that the client has gone."""
    for _ in range(3_000):
        time.sleep(DRIP)
        yield b""


def _closed_port() -> int:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port: int = taken.getsockname()[1]
        return port


def _result_of(result: Any) -> dict[str, Any]:
    return {"success": True, "result": result}


def _result(**result: Any) -> dict[str, Any]:
    return _result_of(result)


HTML = b"<!doctype html><html><head><style>p {color: red}</style></head><body><p>Scheduled   maintenance</p></body></html>"
NO_SEARCH = {"success": False, "error": {"__type": "Search Error", "message": "Solr is not available"}}

MODES: dict[str, Callable[[_Handler], None]] = {
    "good": _good,
    "no_dates": _no_dates,
    "mixed": _mixed,
    "php": _php,
    "page_500": _around_bad(lambda handler, _: handler.answer(HTML, 500, "text/html")),
    "page_403": _around_bad(lambda handler, _: handler.answer(HTML, 403, "text/html")),
    "page_refused": _around_bad(lambda handler, _: handler.answer(NO_SEARCH)),
    "page_409": _around_bad(lambda handler, _: handler.answer(NO_SEARCH, 409)),
    "page_html": _around_bad(lambda handler, _: handler.answer(HTML, 200, "text/html")),
    "page_empty": _around_bad(lambda handler, _: handler.answer(b"")),
    "page_broken": _around_bad(lambda handler, body: handler.answer(body.replace(b'"title"', b"title"))),
    "page_truncated": _around_bad(lambda handler, body: handler.answer(body[:-20])),
    "page_cut": _around_bad(
        lambda handler, body: handler.pour(iter([b"HTTP/1.1 200 OK\r\nContent-Length: 9999\r\n\r\n", body]))
    ),
    "page_dropped": _around_bad(lambda handler, _: _dropped(handler)),
    "page_large": _around_bad(lambda handler, body: handler.answer(body.replace(b'"Dataset', b'"' + ZEROS * 20))),
    "page_drip": _around_bad(lambda handler, _: _drip(handler)),
    "page_silent": _around_bad(lambda handler, _: _silent(handler)),
    "page_latin1": _around_bad(lambda handler, body: handler.answer(body.replace(b"Dataset", "Bäume".encode("latin-1")))),
    "page_unpacked": _around_bad(lambda handler, body: handler.answer(b"\x1f\x8b" + body, Content_Encoding="gzip")),
    "page_list": _around_bad(lambda handler, _: handler.answer([1, 2, 3])),
    "page_result_null": _around_bad(lambda handler, _: handler.answer(_result_of(None))),
    "page_results_null": _around_bad(lambda handler, _: handler.answer(_result(count=21, results=None))),
    "page_count_null": _around_bad(lambda handler, _: handler.answer(_result(count=None, results=[]))),
    "no_search": _no_search,
    "same_page": _same_page,
    "drip": _drip,
    "slow_headers": _slow_headers,
    "silent": _silent,
    "404": _fixed(b"<h1>Not found</h1>", 404, "text/html"),
    "409": _fixed({"success": False, "error": {"__type": "Search Query Error", "message": "Invalid search query"}}, 409),
    "429": _error_429,
    "500": _fixed(b"Internal server error", 500, "text/plain"),
    "503": _fixed(HTML, 503, "text/html"),
    "html": _fixed(HTML, 200, "text/html"),
    "truncated": _truncated,
    "cut": _cut,
    "empty_body": _fixed(b""),
    "refused": _fixed(NO_SEARCH),
    "empty": _fixed(_result(count=0, results=[])),
    "answer_list": _fixed([1, 2, 3]),
    "answer_deep": _fixed(b"[" * 200_000),
    "result_text": _fixed({"success": True, "result": "no"}),
    "results_dict": _fixed(_result(count=1, results={"id": "a"})),
    "results_null": _fixed(_result(count=1, results=None)),
    "count_text": _fixed(_result(count="many", results=[])),
    "count_missing": _fixed(_result(results=[])),
    "package_list": _fixed(_result(count=1, results=[["a", "list"]])),
    "id_dict": _fixed(_result(count=1, results=[{"id": {"a": 1}}])),
    "promises": _fixed(_result(count=50, results=[])),
    "huge": _huge,
    "huge_announced": _huge_announced,
    "huge_endless": _huge_endless,
    "huge_lying": _huge_lying,
    "gzip_bomb": _gzip_bomb,
    "redirects": _redirects,
    "redirect_to_file": _redirect_to_file,
}

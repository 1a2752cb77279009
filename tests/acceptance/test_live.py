"""The live parts of a running site: what a job does is told as it happens, and a server with many streams ends at once."""

import re
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from dataclasses import dataclass

import pytest

from tests.support.event_client import EventClient
from tests.support.stack import PATIENCE, Stack, wait_for
from tests.support.stopwatch import stopwatch
from tests.support.web_server import WebServer

STREAMS = 200
SAME = ("id", "source", "status", "outcome", "objects", "added", "updated", "errored", "done", "not_modified", "deleted")


@dataclass(frozen=True)
class Live:
    """A stack and the address of a server."""

    stack: Stack
    url: str
    token: str


def serve(stack: Stack, name: str) -> str:
    """Start a server; its address."""
    stack.start("serve", name, "--port", "0")
    said = wait_for(
        lambda: re.search(r"answers at (http://\S+?)[;,\s]", stack.log(name)), 20, "the server says where it answers"
    )
    url = str(said[1])
    wait_for(lambda: _answers(url), 20, "the server answers")
    return url


def _answers(url: str) -> bool:
    try:
        with EventClient(url) as client:
            return client.answer.status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def live(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Live]:
    with new_stack() as stack:
        stack.cli("person", "create", "admin", "--sysadmin")
        token = str(stack.json("token", "create", "admin")["token"])
        yield Live(stack, serve(stack, "server"), token)


def test_a_job_is_told_from_its_beginning_to_its_end(live: Live) -> None:
    source = live.stack.source("told", "http://127.0.0.1/told", "noop", {"records": 300})
    with EventClient(live.url, live.token, query="source_id=told") as client:
        client.ready()

        job = live.stack.start_job(source)
        told = [
            event.data for event in client.until(lambda event: event.data.get("status") == "Finished") if event.kind == "job"
        ]

    assert {data["id"] for data in told} == {job}
    done = [data["done"] for data in told]
    assert done == sorted(done)
    assert (done[-1], told[-1]["added"]) == (300, 300)
    shown = live.stack.json("job-report", job)["job"]
    assert {name: told[-1][name] for name in SAME} == {name: shown[name] for name in SAME}


@pytest.mark.parametrize(("path", "query"), [("/api/events", ""), ("/harvest/-/live", "view=en%20/harvest/open")])
def test_a_server_with_many_streams_ends_at_once_and_says_goodbye(live: Live, path: str, query: str) -> None:
    if query:
        live.stack.source("open", "http://127.0.0.1/open", "noop")
    name = f"ending{query and '-pages'}"
    url = serve(live.stack, name)
    process: subprocess.Popen[bytes] = live.stack.process(name)
    clients = [EventClient(url, path=path, query=query) for _ in range(STREAMS)]
    for client in clients:
        client.ready()

    with stopwatch() as took:
        process.send_signal(signal.SIGTERM)
        process.wait(PATIENCE)

    assert took.seconds < 10

    assert {[event.kind for event in client.events()][-1] for client in clients} == {"bye"}
    assert "Traceback" not in live.stack.log(name)
    for client in clients:
        client.close()


def test_what_was_written_is_in_the_next_read_of_any_server_process_while_a_harvest_runs(live: Live) -> None:
    other = serve(live.stack, "other")
    live.stack.source("written", "http://127.0.0.1/written", "noop")
    busy = live.stack.start_job(live.stack.source("busy", "http://127.0.0.1/busy", "noop", {"records": 3000}))
    writer, reader = WebServer(live.url), WebServer(other)

    for number in range(40):
        title = f"title {number}"
        writer.result("harvest_source_patch", {"id": "written", "title": title}, live.token)
        shown = reader.get("harvest_source_show", "id=written", live.token).json["result"]
        assert shown["title"] == title, f"write {number} is not in the next read"

    job = writer.result("harvest_job_create", {"source_id": "written"}, live.token)
    assert reader.get("harvest_job_show", f"id={job['id']}", live.token).json["result"]["id"] == job["id"]
    assert live.stack.ended(busy)["outcome"] == "finished"

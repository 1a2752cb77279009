"""A whole site is polite and patient: hosts are shared out among workers, and what is away for a while costs no attempt."""

import threading
import time
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from tests.support.served import served
from tests.support.stack import Stack, wait_for

pytestmark = pytest.mark.slow

RECORDS = 60


class Remote(ThreadingHTTPServer):
    """Documents at any path; `status` is what it answers. Counts requests, and how many were under way at a time."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server_port}"
        self.status = 200
        self.away_after = RECORDS  # answers of 200
        self.answered = self.refused = self.busy = self.most_busy = 0
        self.lock = threading.Lock()

    def documents(self) -> dict[str, str]:
        return {f"record-{number}": f"{self.url}/{number}" for number in range(RECORDS)}


class Handler(BaseHTTPRequestHandler):
    server: Remote

    def do_GET(self) -> None:
        remote = self.server
        with remote.lock:
            remote.busy += 1
            remote.most_busy = max(remote.most_busy, remote.busy)
            status = remote.status if remote.answered >= remote.away_after else 200
            remote.answered += status == 200
            remote.refused += status != 200
        time.sleep(0.02)  # as long as a remote needs
        with remote.lock:
            remote.busy -= 1
        self.send_response(status)
        self.send_header("Content-Length", "2")
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, format: str, *args: Any) -> None:
        """Keep quiet."""


@pytest.fixture
def remote() -> Iterator[Remote]:
    with served(Remote()) as remote:
        yield remote


@pytest.fixture(scope="module")
def stack(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Stack]:
    # A claim that lapses on a busy machine is run by the other worker too: one request more than attempts
    with new_stack(http_host_limit=3, breaker_failures=6, http_retries=0, retry_attempts=3, lease=60.0) as stack:
        partitions = ",".join(map(str, range(1, stack.settings.topic_partitions)))
        if stack.settings.embedded_broker:
            stack.start("fetch-consumer", "second", "--partitions", partitions)
        else:
            stack.start("fetch-consumer", "second")
        yield stack


def test_all_workers_together_keep_to_the_limit_of_a_host(stack: Stack, remote: Remote) -> None:
    stack.source("shared", remote.url, "documents", {"documents": remote.documents()})

    job = stack.run("shared")

    assert (job["outcome"], job["added"]) == ("finished", RECORDS)
    assert 1 < remote.most_busy <= 3


def attempts(stack: Stack, job_id: str) -> int:
    """How many attempts of a job's records have failed."""
    statement = """
        SELECT count(*) FROM events.stored_event WHERE topic = 'object.failed'
            AND originator_id IN (SELECT id::uuid FROM harvest.object WHERE harvest_job_id = %(job)s)
    """
    return int(stack.parts.database.query(statement, job=job_id)[0][0])


def test_a_host_that_goes_away_costs_no_record_its_attempts(stack: Stack, remote: Remote) -> None:
    remote.status, remote.away_after = 503, 20
    stack.source("away", remote.url, "documents", {"documents": remote.documents()})
    job = stack.start_job("away")
    status = wait_for(lambda: stack.json("status", status=None)["breakers"], 30, "the breaker opens")
    host = remote.url.removeprefix("http://")
    assert [(row["what"], row["name"]) for row in status] == [("host", host)]
    wait_for(lambda: not stack.parts.database.query("SELECT FROM ops.work WHERE sent"), 30, "everything is handed back")

    remote.status = 200
    ended = stack.ended(job)

    assert (ended["outcome"], ended["added"], ended["objects_errored"]) == ("finished", RECORDS, 0)
    [(probes,)] = stack.parts.database.query("SELECT probes FROM ops.breaker WHERE scope = 'host' AND name = %(n)s", n=host)
    assert attempts(stack, job) <= 18  # those that opened it, as each worker knows of them, and what was under way then
    assert remote.refused == attempts(stack, job) + probes, "while it was open nothing but probes came"
    assert stack.json("status", status=None)["breakers"] == []


def test_a_paused_host_gets_no_request_until_it_is_resumed(stack: Stack, remote: Remote) -> None:
    stack.source("paused", remote.url, "documents", {"documents": remote.documents()})
    stack.cli("pause", "--host", "127.0.0.1")
    other = stack.source("elsewhere", "http://127.0.0.9/", "noop", {"records": 5})
    job = stack.start_job("paused")

    assert stack.run(other)["outcome"] == "finished"  # meanwhile others go on
    assert (remote.answered, stack.job(job)["status"]) == (0, "New")
    stack.cli("resume", "--host", "127.0.0.1")

    assert stack.ended(job)["added"] == RECORDS

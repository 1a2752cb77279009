"""Clocks of workers that are a day wrong: no update or removal is lost, and the next harvest asks for all that changed since.

Every role and the command line are processes with that clock; Postgres and the remote have the right time.
"""

import os
from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from adapters.postgres.read_model.queries import Row
from tests.acceptance.changing_remote import ChangingRemote
from tests.support.rogue_server import package
from tests.support.stack import ROLES, ROOT, Stack

COUNTS = ("added", "updated", "not_modified", "deleted", "errored")
WRONG_CLOCK = ROOT / "tests" / "support" / "wrong_clock"
OFF = """
    SELECT extract(epoch FROM (convert_from(state, 'UTF8')::jsonb ->> 'timestamp')::timestamptz - recorded_at)::float8
    FROM events.stored_event WHERE topic = 'job.gather_started' LIMIT 1
"""
DAY = 86_400  # seconds


class Shifted:
    """A stack whose roles are started again with other clocks."""

    def __init__(self, stack: Stack) -> None:
        self.stack = stack
        self._path = stack.environment["PYTHONPATH"]

    def clocks(self, shift: int) -> None:
        """Start all roles, and from now on the command line, with clocks that are wrong by that many seconds."""
        for role in ROLES:
            self.stack.kill(role)
        self.stack.environment |= {
            "PYTHONPATH": os.pathsep.join((str(WRONG_CLOCK), self._path)),
            "WRONG_CLOCK": str(shift),
        }
        for role in ROLES:
            self.stack.start(role)

    def harvest(self, source: str, *options: str) -> dict[str, int]:
        """One job by the command line; its counts that aren't 0."""
        job: Row = self.stack.json("job", source, "--wait", *options, timeout=120)
        assert job["outcome"] == "finished", job
        return {name: job[name] for name in COUNTS if job[name]}

    def gathered_from(self, source: str) -> datetime:
        found = self.stack.parts.application.find_source(source).gathered_from
        assert found is not None
        return datetime.fromisoformat(found)


@pytest.fixture
def shifted(new_stack: Callable[..., AbstractContextManager[Stack]]) -> Iterator[Shifted]:
    with new_stack() as stack:
        yield Shifted(stack)


@pytest.fixture
def remote() -> Iterator[ChangingRemote]:
    with ChangingRemote() as remote:
        long_ago = "2024-01-01T00:00:00.000000"
        remote.fill({**package(number), "metadata_modified": long_ago} for number in range(6))
        yield remote


def edit(remote: ChangingRemote, number: int, title: str) -> str:
    """Change a dataset at the remote now; its id."""
    changed: dict[str, Any] = remote.packages[sorted(remote.packages)[number]]
    changed |= {"title": title, "metadata_modified": f"{datetime.now(UTC).replace(tzinfo=None).isoformat()}"}
    return str(changed["id"])


def titles(stack: Stack) -> dict[str, str]:
    rows = stack.parts.database.query(
        "SELECT package ->> 'id', package ->> 'title' FROM catalogue.package WHERE state = 'active'"
    )
    return dict(rows)


@pytest.mark.slow
@pytest.mark.parametrize("shift", [DAY, -DAY])
def test_a_wrong_clock_loses_neither_an_update_nor_a_removal(shifted: Shifted, remote: ChangingRemote, shift: int) -> None:
    stack = shifted.stack
    stack.source("portal", remote.url)
    shifted.clocks(shift)
    assert shifted.harvest("portal") == {"added": 6}
    written = stack.parts.database.query(OFF)[0][0]
    assert abs(written - shift) < 600  # seconds: the clocks of those processes really are wrong
    first = shifted.gathered_from("portal")
    assert abs(datetime.now(UTC) - first) < timedelta(minutes=10)  # by the remote's clock or the database's

    # the next job runs by the right clock: it is the newer one
    shifted.clocks(0)
    updated = edit(remote, 0, "Newer")
    removed = remote.packages.pop(sorted(remote.packages)[1])["id"]
    assert shifted.harvest("portal", "--full") == {"updated": 1, "deleted": 1, "not_modified": 4}
    assert titles(stack)[updated] == "Newer"
    assert removed not in titles(stack)
    second = shifted.gathered_from("portal")
    assert second >= first

    # and what is changed from now on is found by asking for changes only, by a wrong clock again
    shifted.clocks(shift)
    updated = edit(remote, 2, "Newest")
    remote.forget()
    assert shifted.harvest("portal")["updated"] == 1
    assert "metadata_modified" in remote.searches[0]["fq"][0]
    assert titles(stack)[updated] == "Newest"
    assert shifted.gathered_from("portal") >= second

"""Which processes work, and what they are busy with: table `ops.worker`, for `status`. No decision is taken from it.

All times are the database's: a worker says how long ago something began, never when.
"""

import os
import socket
import time
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import orjson

from adapters.postgres.database import Connection, Database, unavailable

REPORT_INTERVAL = 2.0  # seconds between two reports of one worker
SAME_INTERVAL = 5.0  # seconds until it reports that nothing has changed
ALIVE_FOR = 15.0  # seconds after its last report that a worker counts as alive: it may be waiting for the database
KEPT = 600.0  # seconds that a worker that went silent is still listed

REPORT = """
    INSERT INTO ops.worker AS w (worker, role, host, pid, threads, busy, oldest_since, state)
    VALUES (%(worker)s, %(role)s, %(host)s, %(pid)s, %(threads)s, %(busy)s,
        now() - make_interval(secs => %(oldest)s::float8),
        %(state)s::jsonb || coalesce((
            SELECT jsonb_object_agg(key, to_char((now() - make_interval(secs => value::float8)) AT TIME ZONE 'UTC',
                'YYYY-MM-DD"T"HH24:MI:SS"Z"'))
            FROM jsonb_each_text(%(since)s::jsonb)), '{}'))
    ON CONFLICT (worker) DO UPDATE SET seen_at = now(), threads = EXCLUDED.threads, busy = EXCLUDED.busy,
        oldest_since = EXCLUDED.oldest_since, state = EXCLUDED.state
"""
LIST = """
    SELECT worker, role, host, pid, started_at, seen_at, threads, busy, oldest_since, state,
        seen_at > now() - make_interval(secs => %(alive)s)
    FROM ops.worker ORDER BY role, host, started_at, worker
"""
FORGET = "DELETE FROM ops.worker WHERE worker = %(worker)s"
REMOVE_OLD = "DELETE FROM ops.worker WHERE seen_at < now() - make_interval(secs => %(kept)s)"


@dataclass(frozen=True, slots=True)
class Activity:
    """What a worker is busy with.

    `state` is for people, such as `{"reason": …}`. `since` adds to it when things began, given in seconds ago, such as
    `{"target_away_since": 12.5}`: readers see a time there, by the database's clock (ISO 8601, UTC).
    """

    threads: int = 0
    busy: int = 0
    oldest: float | None = None  # seconds since the oldest record that a thread is busy with began
    state: Mapping[str, Any] = field(default_factory=dict)
    since: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Worker:
    """A worker as it reported last."""

    worker: str
    role: str
    host: str
    pid: int
    started_at: datetime
    seen_at: datetime
    threads: int
    busy: int
    oldest_since: datetime | None
    state: dict[str, Any]
    alive: bool


class Workers:
    """The reports of all workers. A process that reports gives its name and role; one that only reads needs neither."""

    def __init__(self, database: Database, worker: str = "", role: str = "") -> None:
        self._database = database
        self.worker = worker
        self._role = role
        self._next = self._next_same = 0.0  # monotonic seconds
        self._reported: Activity | None = None

    def report(self, activity: Activity, connection: Connection | None = None) -> bool:
        """Report what this worker does; False when it reported less than 2 s ago, or the same less than 5 s ago.

        Raises ServiceUnavailable.
        """
        if time.monotonic() < (self._next_same if activity == self._reported else self._next):
            return False
        parameters = {
            "worker": self.worker,
            "role": self._role,
            "host": socket.gethostname(),
            "pid": os.getpid(),
            "threads": activity.threads,
            "busy": activity.busy,
            "oldest": activity.oldest,
            "state": orjson.dumps(dict(activity.state)).decode(),
            "since": orjson.dumps(dict(activity.since)).decode(),
        }
        with unavailable(self._database.url):
            (connection or self._database.connection).execute(REPORT, parameters)
        self._reported = activity
        self._next, self._next_same = time.monotonic() + REPORT_INTERVAL, time.monotonic() + SAME_INTERVAL
        return True

    def listed(self) -> list[Worker]:
        """All workers that reported within the last ten minutes or so, by role and host. Raises ServiceUnavailable."""
        return [Worker(*row) for row in self._database.query(LIST, alive=ALIVE_FOR)]

    def alive(self) -> list[Worker]:
        """Those that reported within the last 15 s. Raises ServiceUnavailable."""
        return [worker for worker in self.listed() if worker.alive]

    def forget(self, connection: Connection | None = None) -> None:
        """This worker ends in good order: it is listed no longer. Raises ServiceUnavailable."""
        with unavailable(self._database.url):
            (connection or self._database.connection).execute(FORGET, {"worker": self.worker})

    def remove_old(self) -> None:
        """Remove workers that went silent long ago; for the leader. Raises ServiceUnavailable."""
        self._database.query(REMOVE_OLD, kept=KEPT)

"""Numbers of the moment for metrics: what is pending, under way, held, unsent. Each costs what it counts, never the history."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from adapters.postgres.database import Database

MOST_SOURCES = 1000  # that have a series of their own

JOBS = """
    SELECT count(*) FILTER (WHERE gather = 'waiting'), count(*) FILTER (WHERE gather = 'running'),
        count(*) FILTER (WHERE gather = 'finished'),
        coalesce(sum(objects - added - updated - unchanged - deleted - errored - skipped), 0)::bigint,
        count(*) FILTER (WHERE gather <> 'finished' AND sent_until IS NOT NULL AND worker IS NULL)
    FROM ops.job_progress WHERE NOT inline
"""
IN_FLIGHT = "SELECT count(worker), count(*) - count(worker) FROM ops.work WHERE sent"
RETRIES = """
    SELECT coalesce(sum(w.later), 0)::bigint FROM ops.job_progress j CROSS JOIN LATERAL (
        SELECT count(*) AS later FROM ops.work WHERE job_id = j.job_id AND NOT sent AND due_at > now()
    ) w
"""
UNSENT = """
    SELECT channel, CASE WHEN given_up_at IS NOT NULL THEN 'given up' WHEN error IS NOT NULL THEN 'failed' ELSE 'waiting' END,
        count(*)
    FROM ops.outbox WHERE sent_at IS NULL GROUP BY 1, 2 ORDER BY 1, 2
"""
# Those that have waited longest for a success come first: whoever is told of some sources only is told of the worst.
SUCCESSES = """
    SELECT s.name, extract(epoch FROM t.last_success)::float8
    FROM harvest.harvest_source s LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
    WHERE s.active ORDER BY t.last_success NULLS FIRST, s.name LIMIT %(limit)s
"""
SOURCES = """
    SELECT count(*) FILTER (WHERE s.active), count(*) FILTER (WHERE NOT s.active), coalesce(sum(t.datasets), 0)::bigint
    FROM harvest.harvest_source s LEFT JOIN harvest.source_statistics t ON t.source_id = s.id
"""
PROCESSES = """
    SELECT role, count(*), sum(threads), sum(busy) FROM ops.worker WHERE seen_at > now() - make_interval(secs => %(alive)s)
    GROUP BY role ORDER BY role
"""


@dataclass(frozen=True, slots=True)
class Pending:
    """What is left to do. Jobs by the state of their gather; records: how many have no outcome, and where they are."""

    jobs: dict[str, int]
    gathers_sent: int  # commands to gather that no worker has taken yet
    records: int
    records_claimed: int  # by workers
    records_sent: int  # commands that no worker has taken yet
    records_later: int  # that wait for another attempt


def pending(database: Database) -> Pending:
    """What is left to do now. Raises ServiceUnavailable."""
    waiting, running, finished, records, gathers = database.query(JOBS)[0]
    claimed, sent = database.query(IN_FLIGHT)[0]
    jobs = {"waiting": waiting, "running": running, "finished": finished}
    return Pending(jobs, gathers, records, claimed, sent, database.query(RETRIES)[0][0])


def unsent(database: Database) -> list[tuple[str, str, int]]:
    """Mail and webhooks that were not sent: channel, why (waiting, failed, given up), how many."""
    return [(channel, state, count) for channel, state, count in database.query(UNSENT)]


def last_successes(database: Database) -> list[tuple[str, float | None]]:
    """Active sources and when they were last harvested with success (Unix time, None: never), the longest ago first."""
    return [(name, seconds) for name, seconds in database.query(SUCCESSES, limit=MOST_SOURCES)]


def sources(database: Database) -> tuple[int, int, int]:
    """How many sources are active, how many are not, and how many datasets they hold together."""
    active, inactive, datasets = database.query(SOURCES)[0]
    return active, inactive, datasets


def processes(database: Database, alive: float) -> Sequence[Any]:
    """Role, processes that reported within `alive` seconds, their threads, and those of them that are busy."""
    return database.query(PROCESSES, alive=alive)

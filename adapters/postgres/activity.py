"""Counters for metrics: tables ops.activity and ops.http_latency. Nothing is decided by them, and all of it may be lost."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import orjson

from adapters.postgres.database import Connection, Database
from projections.activity import Counted

MOST_LABELS = 100  # of one counter: codes of errors are the plugins' own; what is new after that counts as `other`
ADD = """
    INSERT INTO ops.activity AS a (name, label, total)
    SELECT x.name, CASE WHEN k.name IS NOT NULL
        OR x.place <= %(most)s - (SELECT count(*) FROM ops.activity c WHERE c.name = x.name)
        THEN x.label ELSE 'other' END AS shown, sum(x.total)
    FROM (
        SELECT *, row_number() OVER (PARTITION BY name ORDER BY label) AS place
        FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (name text, label text, total bigint)
    ) x LEFT JOIN ops.activity k ON k.name = x.name AND k.label = x.label
    GROUP BY x.name, shown ORDER BY x.name, shown
    ON CONFLICT (name, label) DO UPDATE SET total = a.total + EXCLUDED.total
"""
READ = "SELECT name, label, total FROM ops.activity ORDER BY name, label"
ADD_LATENCIES = """
    INSERT INTO ops.http_latency AS l (route, method, status, buckets, seconds)
    SELECT r.route, r.method, r.status, r.buckets, r.seconds
    FROM jsonb_to_recordset(%(rows)s::jsonb) AS r (route text, method text, status smallint, buckets bigint[], seconds float8)
    ORDER BY r.route, r.method, r.status
    ON CONFLICT (route, method, status) DO UPDATE SET seconds = l.seconds + EXCLUDED.seconds, buckets = ARRAY(
        SELECT coalesce(u.a, 0) + coalesce(u.b, 0)
        FROM unnest(l.buckets, EXCLUDED.buckets) WITH ORDINALITY AS u (a, b, n) ORDER BY n)
"""
READ_LATENCIES = "SELECT route, method, status, buckets, seconds FROM ops.http_latency ORDER BY route, method, status"


@dataclass(frozen=True, slots=True)
class Latencies:
    """Durations of the answers of one route, method and status: how many by bucket, and seconds in all."""

    route: str
    method: str
    status: int
    buckets: Sequence[int]
    seconds: float


def add_activity(connection: Connection, counts: Mapping[Counted, int]) -> None:
    """Add to the counters, within the caller's transaction."""
    rows = [{"name": name, "label": label, "total": total} for (name, label), total in counts.items()]
    connection.execute(ADD, {"rows": orjson.dumps(rows).decode(), "most": MOST_LABELS})


def read_activity(database: Database) -> Counter[Counted]:
    """All counters."""
    return Counter({(name, label): total for name, label, total in database.query(READ)})


def add_latencies(database: Database, latencies: Sequence[Latencies]) -> None:
    """Add what a process has measured since it last did."""
    names = Latencies.__slots__
    rows = [{name: getattr(entry, name) for name in names} for entry in latencies]
    database.query(ADD_LATENCIES, rows=orjson.dumps(rows).decode())


def read_latencies(database: Database) -> list[Latencies]:
    """Of all processes together."""
    return [Latencies(*row) for row in database.query(READ_LATENCIES)]

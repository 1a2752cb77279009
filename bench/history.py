"""A portal's past, written by SQL: what sources hold, and the events of years of nightly jobs, in a few minutes.

The projections' checkpoints move past it, so the tables of `ops` and the read model hold nothing of the past jobs; snapshots of
sources are kept as loads would have kept them. Call it while no role runs.
"""

from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString
from uuid import UUID

from adapters.bootstrap import Parts
from adapters.postgres.content import content_hash
from adapters.postgres.database import Database
from adapters.postgres.log.snapshots import PostgresSnapshots
from domain.snapshots import taken
from domain.sources import HarvestSource
from tests.plugins.sample_harvesters import document

WRITERS = 2  # processes of Postgres that fill the log
CHUNK = 100_000  # events in a statement, about
JOB_EVENTS = 4
HOLD = """
    INSERT INTO ops.dataset (source_id, guid, package_id, object_id, content_hash, notification_id, job_number)
    SELECT s.id, d.guid, d.guid, gen_random_uuid(), d.hash, 0, 0
    FROM unnest(%(sources)b::uuid[]) AS s (id) CROSS JOIN unnest(%(guids)b::text[], %(hashes)b::text[]) AS d (guid, hash)
"""
WITHOUT_INDEXES: tuple[LiteralString, ...] = (
    "ALTER TABLE events.stored_event DROP CONSTRAINT stored_event_pkey",
    "DROP INDEX events.stored_event_notification_id_idx",
)
WITH_INDEXES: tuple[LiteralString, ...] = (
    "SET maintenance_work_mem = '1GB'",
    "ALTER TABLE events.stored_event ADD PRIMARY KEY (originator_id, originator_version)",
    "CREATE UNIQUE INDEX stored_event_notification_id_idx ON events.stored_event (notification_id)",
)
NIGHTS = """
    WITH night AS (
        SELECT s.id AS source, s.version + 2 * (n - 1) AS version, md5(s.id::text || n)::uuid AS job, n,
            to_char(now() - make_interval(days => (%(nights)s - n)::int), 'YYYY-MM-DD"T"HH24:MI:SS.US"+00:00"') AS at
        FROM unnest(%(sources)b::uuid[], %(versions)b::bigint[]) AS s (id, version)
        CROSS JOIN generate_series(1::bigint, %(nights)s) AS n
    )
    INSERT INTO events.stored_event (originator_id, originator_version, topic, state)
    SELECT e.stream, e.version, e.topic, convert_to(format('{"timestamp":"%%s",', night.at) || e.state || '}', 'UTF8')
    FROM night CROSS JOIN LATERAL (VALUES
        (source, version + 1, 'source.job_started', format('"job_id":"%%s","kind":"harvest"', job)),
        (job, 1, 'job.created', format('"originator_topic":"job","source_id":"%%s","kind":"harvest","trigger":"schedule",'
            '"by":"","options":{},"number":%%s,"source_version":%%s,"class_version":2', source, n, version + 1)),
        (job, 2, 'job.gather_started', '"attempt":1,"worker":"gather-host-1-abcdef01"'),
        (job, 3, 'job.gather_finished', format('"complete":true,"full":true,"gathered":0,"unchanged":500,"deletions":0,'
            '"seen_since":"%%s","class_version":2', at)),
        (job, 4, 'job.finished', '"outcome":"finished","counts":{"not modified":500},"statistics":{"pages_unchanged":500},'
            '"class_version":2'),
        (source, version + 2, 'source.job_ended', format('"job_id":"%%s","outcome":"finished","gathered_from":"%%s"', job, at))
    ) AS e (stream, version, topic, state)
"""
SKIP: tuple[LiteralString, ...] = (
    "UPDATE ops.checkpoint SET notification_id = (SELECT max(notification_id) FROM events.stored_event) WHERE name = 'work'",
    "UPDATE harvest.checkpoint SET notification_id = (SELECT max(notification_id) FROM events.stored_event)",
    "VACUUM ANALYZE events.stored_event",
)


def hold(parts: Parts, sources: list[UUID], datasets: int, size: int) -> None:
    """Let every source hold what the harvester `noop` lists, with that many characters of content."""
    guids = [f"record-{number}" for number in range(datasets)]
    hashes = [content_hash(document(guid, size).encode()) for guid in guids]
    parts.database.query(HOLD, sources=sources, guids=guids, hashes=hashes)
    parts.database.query("VACUUM ANALYZE ops.dataset")


def fill(parts: Parts, sources: list[UUID], nights: int) -> int:
    """Put that many nightly jobs behind every source; returns how many events that were."""
    database = parts.database
    loaded = [parts.application.load(HarvestSource, source) for source in sources]
    for statement in WITHOUT_INDEXES:
        database.query(statement)
    size = max(1, CHUNK // (nights * (JOB_EVENTS + 2)))
    chunks = [loaded[first : first + size] for first in range(0, len(loaded), size)]
    with ThreadPoolExecutor(WRITERS) as pool:
        list(pool.map(lambda chunk: _fill(database, chunk, nights), chunks))
    for statement in (*WITH_INDEXES, *SKIP):
        database.query(statement)
    for source in loaded:
        _keep_snapshot(database, source, nights)
    return nights * len(sources) * (JOB_EVENTS + 2)


def _fill(database: Database, sources: list[HarvestSource], nights: int) -> None:
    parameters = {"sources": [source.id for source in sources], "versions": [source.version for source in sources]}
    database.query(NIGHTS, nights=nights, **parameters)


def _keep_snapshot(database: Database, source: HarvestSource, nights: int) -> None:
    source.version += 2 * nights
    source.jobs += nights
    source.job_started_at = source.version - 1
    PostgresSnapshots(database).keep(taken(source))

"""A read model of the size of a portal, made by SQL: the rows that the projector would have written, without the log behind.

Sources have a job a night. The first night gathers everything, the later ones find it unchanged; one job in a hundred is
aborted, one in a hundred has errors of gather; the last but one of every 20th source holds deletions, the one before removed
datasets. The first source is the large one: its last job has `large` objects, a quarter
of them in error, and `large` / 40 errors of gather. The newest job of every 20th source is running.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any, LiteralString
from uuid import UUID

from adapters.postgres.database import Connection, Database
from adapters.postgres.read_model import tables as read_model
from adapters.postgres.read_model.cause_queries import CauseReads
from adapters.postgres.read_model.cause_series import causes_of_jobs, recent_causes
from adapters.postgres.read_model.deletions import Deletions
from adapters.postgres.read_model.log_queries import LEVELS, LogFilter
from adapters.postgres.read_model.night import runs_of_a_night
from adapters.postgres.read_model.queries import ReadModel
from adapters.postgres.read_model.source_facts import oldest_running_job, sorted_sources, source_facts
from adapters.postgres.work.schedules import Schedules
from adapters.postgres.work.site_state import site_state
from domain.access import EVERY_SOURCE
from domain.source_health import SourceHealth, source_health

TABLES = (
    *("harvest_source", "harvest_job", "object", "dataset", "harvest_gather_error", "harvest_object_error", "log_line"),
    *("error_cause", "job_statistics", "source_statistics"),
)


@dataclass(frozen=True)
class Size:
    """How much there is."""

    sources: int = 1_000
    nights: int = 365
    objects: int = 1_000_000
    large: int = 400_000  # objects of the large job, of all objects

    @property
    def each(self) -> int:
        """Objects of every other source."""
        return max(1, (self.objects - self.large) // max(1, self.sources - 1))

    @property
    def large_job(self) -> str:
        """The id of the large job."""
        return job_id(1, self.nights)

    def scaled(self, share: float) -> "Size":
        """A part of it, with as many jobs of a source."""
        return Size(max(20, round(self.sources * share)), self.nights, round(self.objects * share), round(self.large * share))


def source_id(number: int) -> str:
    """The id of a source: 1 is the large one."""
    return f"00000000-0000-4000-8000-{number:012d}"


def job_id(source: int, night: int) -> str:
    """The id of a source's job: nights count from 1."""
    return f"00000000-0000-4000-9{source // 65536:03x}-{source % 65536:06d}{night:06d}"


FUNCTIONS: LiteralString = """
    CREATE FUNCTION pg_temp.source_id(n integer) RETURNS text IMMUTABLE LANGUAGE sql AS
        $$ SELECT '00000000-0000-4000-8000-' || lpad(n::text, 12, '0') $$;
    CREATE FUNCTION pg_temp.job_id(s integer, night integer) RETURNS text IMMUTABLE LANGUAGE sql AS
        $$ SELECT '00000000-0000-4000-9' || lpad(to_hex(s / 65536), 3, '0') || '-' || lpad((s % 65536)::text, 6, '0')
            || lpad(night::text, 6, '0') $$;
    CREATE FUNCTION pg_temp.created(s integer, night integer) RETURNS timestamp IMMUTABLE LANGUAGE sql AS
        $$ SELECT timestamp '2016-01-01' + make_interval(days => night, secs => s) $$;
    CREATE FUNCTION pg_temp.object_id(s integer, n integer) RETURNS text IMMUTABLE LANGUAGE sql AS
        $$ SELECT (CASE WHEN s = 1 THEN 'f' ELSE '0' END || substr(md5(s || ' ' || n), 2))::uuid::text $$;
    CREATE FUNCTION pg_temp.line_id(n bigint) RETURNS text IMMUTABLE LANGUAGE sql AS
        $$ SELECT lpad(to_hex(n), 32, '0')::uuid::text $$;
"""
JOBS: LiteralString = """
    CREATE TEMPORARY TABLE job AS
    SELECT s, night, pg_temp.job_id(s, night) AS id, pg_temp.created(s, night) AS created,
        CASE WHEN night = %(nights)s AND s %% 20 = 0 THEN 'Running' WHEN (s + night) %% 100 = 7 THEN 'Aborted'
            ELSE 'Finished' END AS status,
        CASE WHEN s = 1 AND night = %(nights)s THEN %(large)s WHEN s > 1 AND night = 1 THEN %(each)s ELSE 0 END AS objects,
        CASE WHEN s = 1 AND night = %(nights)s THEN %(large)s / 40 WHEN (s + night) %% 100 = 3 THEN 1 ELSE 0 END
            AS gather_errors,
        CASE WHEN night <> %(nights)s - 2 THEN 0 WHEN s = 1 THEN %(large)s / 100 ELSE 20 END AS removed,
        night = %(nights)s - 1 AND s %% 20 = 5 AS held
    FROM generate_series(1, %(nights)s) AS night CROSS JOIN generate_series(1, %(sources)s) AS s
"""
ROWS: tuple[LiteralString, ...] = (
    """
    INSERT INTO harvest.harvest_source (id, name, url, title, description, config, created, type, active, user_id, publisher_id,
        frequency, owner_org, private, extras)
    SELECT pg_temp.source_id(s), 'source-' || s, 'https://portal-' || s || '.example/data', 'Source ' || s, '', '',
        timestamp '2015-12-01' + make_interval(secs => s), 'ckan', s %% 50 <> 0, 'admin', '', 'DAILY', '', false, '{}'
    FROM generate_series(1, %(sources)s) AS s
    """,
    """
    INSERT INTO harvest.harvest_job (id, created, gather_started, gather_finished, finished, source_id, status, kind, trigger,
        created_by, outcome, complete, full_listing, held, held_of)
    SELECT id, created, created + interval '2 seconds', CASE WHEN status <> 'Running' THEN created + interval '20 seconds' END,
        CASE WHEN status <> 'Running' THEN created + interval '30 seconds' END, pg_temp.source_id(s), status, 'harvest',
        'schedule', '',
        CASE WHEN held THEN 'held' WHEN status = 'Finished' THEN 'finished' WHEN status = 'Aborted' THEN 'aborted' END,
        true, night < %(nights)s - 1, CASE WHEN held THEN 50 END, CASE WHEN held THEN 100 END
    FROM job ORDER BY created, id
    """,
    """
    INSERT INTO harvest.job_statistics (job_id, objects, added, errored, deleted, pages_unchanged, gather_errors, final)
    SELECT id, objects + removed, objects - errored, errored, removed,
        CASE WHEN s > 1 AND night > 1 THEN %(each)s ELSE 0 END, gather_errors,
        status = 'Finished'
    FROM (SELECT *, CASE WHEN s = 1 THEN objects / 4 ELSE 0 END AS errored FROM job) j
    """,
    """
    INSERT INTO harvest.object (id, guid, harvest_job_id, harvest_source_id, action, state, report_status, package_id, extras,
        gathered, fetch_finished, import_finished, retry_times, content_hash)
    SELECT pg_temp.object_id(j.s, n), 'guid-' || j.s || '-' || n, j.id, pg_temp.source_id(j.s), 'new',
        CASE WHEN failed THEN 'ERROR' ELSE 'COMPLETE' END, CASE WHEN failed THEN 'errored' ELSE 'added' END,
        CASE WHEN NOT failed THEN md5('package ' || j.s || ' ' || n)::uuid::text END, '{"format": "json"}',
        created, created, created, 0, md5('a' || n) || md5('b' || n)
    FROM job j CROSS JOIN LATERAL generate_series(1, objects) AS n
    CROSS JOIN LATERAL (SELECT j.s = 1 AND n %% 4 = 0 AS failed) f
    ORDER BY 1
    """,
    """
    INSERT INTO harvest.dataset (source_id, guid, package_id, object_id, content_hash, state, imported, event_number,
        job_number)
    SELECT harvest_source_id, guid, package_id, id, content_hash, 'active', import_finished, row_number() OVER (), 1
    FROM harvest.object WHERE state = 'COMPLETE' ORDER BY harvest_source_id, guid
    """,
    """
    INSERT INTO harvest.object (id, guid, harvest_job_id, harvest_source_id, action, state, report_status, package_id,
        gathered, fetch_finished, import_finished, retry_times, removed, removed_title)
    SELECT pg_temp.object_id(s, 10000000 + n), 'gone-' || s || '-' || n, id, pg_temp.source_id(s), 'delete', 'COMPLETE',
        'deleted', md5('gone ' || s || ' ' || n)::uuid::text, created, created, created, 0,
        CASE WHEN n %% 5 = 0 THEN 'kept' ELSE 'deleted' END, 'Dataset ' || n
    FROM job CROSS JOIN LATERAL generate_series(1, removed) AS n
    """,
    """
    INSERT INTO ops.schedule (source_id, url, frequency, cron, active, fresh, running, after, planned, due_at)
    SELECT pg_temp.source_id(s)::uuid, 'https://portal-' || s || '.example/data',
        CASE WHEN s %% 3 = 0 THEN 'MANUAL' ELSE 'DAILY' END,
        CASE WHEN s %% 3 = 0 THEN '30 2 * * *' ELSE '' END, s %% 50 <> 0, false, s %% 20 = 0, now(), true,
        now() + make_interval(mins => s)
    FROM generate_series(1, %(sources)s) AS s
    """,
    """
    INSERT INTO harvest.source_statistics (source_id, jobs, jobs_finished, jobs_aborted, datasets, last_job_id,
        last_ended_job_id, last_success)
    SELECT pg_temp.source_id(s), count(*), count(*) FILTER (WHERE status = 'Finished'),
        count(*) FILTER (WHERE status = 'Aborted'), CASE WHEN s = 1 THEN %(large)s - %(large)s / 4 ELSE %(each)s END, max(id),
        max(id) FILTER (WHERE status <> 'Running'), max(created) FILTER (WHERE status = 'Finished')
    FROM job GROUP BY s
    """,
    """
    UPDATE harvest.source_statistics t SET last_outcome = l.outcome, last_kind = l.kind,
        last_done = c.added + c.updated + c.unchanged + c.pages_unchanged + c.skipped + c.deleted, last_errored = c.errored,
        last_deleted = c.deleted
    FROM harvest.harvest_job l JOIN harvest.job_statistics c ON c.job_id = l.id
    WHERE l.id = t.last_ended_job_id
    """,
    """
    INSERT INTO harvest.harvest_object_error (id, harvest_object_id, message, stage, created, code, harvest_job_id,
        level)
    SELECT pg_temp.line_id(100000000 + n), pg_temp.object_id(1, n), 'guid-1-' || n || ': title: is missing', 'Import', created,
        'validation', id, 'error'
    FROM job CROSS JOIN LATERAL generate_series(4, objects, 4) AS n WHERE s = 1
    """,
    """
    INSERT INTO harvest.harvest_gather_error (id, harvest_job_id, message, created, code, guid)
    SELECT pg_temp.line_id(200000000 + row_number() OVER (ORDER BY created)), id, 'Page ' || n || ' can''t be read', created,
        'bad_json', NULL
    FROM job CROSS JOIN LATERAL generate_series(1, gather_errors) AS n
    """,
    """
    INSERT INTO harvest.error_cause (job_id, of_gather, cause, gaps, texts, gap_values, errors, records, first_error,
        last_error, examples)
    SELECT job_id, of_gather, cause, gaps, texts::jsonb, gap_values::jsonb, errors, records, first_error, last_error,
        examples::jsonb
    FROM (
    SELECT harvest_job_id AS job_id, false, '3-' || left(md5('title is missing'), 16), 1, '["", ": title: is missing"]',
        '[null]', count(*), count(DISTINCT harvest_object_id), min(created), max(created), (
            SELECT jsonb_agg(jsonb_build_object('id', x.id, 'guid', 'g', 'object_id', x.harvest_object_id))::text FROM (
                SELECT id, harvest_object_id FROM harvest.harvest_object_error ORDER BY id LIMIT 3
            ) x
        )
    FROM harvest.harvest_object_error GROUP BY 1
    UNION ALL
    SELECT harvest_job_id, true, '3-' || left(md5('a page can''t be read'), 16), 1, '["Page ", " can''t be read"]',
        CASE WHEN count(*) = 1 THEN '["1"]' ELSE '[null]' END, count(*), 0, min(created), max(created), '[]'
    FROM harvest.harvest_gather_error GROUP BY 1
    UNION ALL
    SELECT pg_temp.job_id(1, night), false, '3-' || left(md5(n::text), 16), 0, format('["cause %%s"]', n), '[]', n, n,
        timestamp '2016-01-01', timestamp '2016-01-02', '[]'
    FROM generate_series(%(nights)s - 1, %(nights)s) AS night CROSS JOIN generate_series(1, %(large)s / 40) AS n
    WHERE night < %(nights)s OR n %% 3 > 0
    ) AS c (job_id, of_gather, cause, gaps, texts, gap_values, errors, records, first_error, last_error, examples)
    """,
    """
    INSERT INTO harvest.log_line (id, content, level, created, source_id, job_id, object_id)
    SELECT pg_temp.line_id(400000000 + row_number() OVER (ORDER BY created, step)), 'Job ' || id || words[step],
        CASE WHEN status = 'Aborted' AND step = 4 THEN 'WARNING' ELSE 'INFO' END::ops.log_level, created,
        pg_temp.source_id(s), id, NULL
    FROM job CROSS JOIN generate_series(1, 4) AS step
    CROSS JOIN (SELECT ARRAY[' created', ' gather started', ' gather finished, complete', ' ended'] AS words) w
    """,
    """
    INSERT INTO harvest.log_line (id, content, level, created, source_id, job_id, object_id)
    SELECT id, 'Object ' || harvest_object_id || ' failed in Import: ' || message, 'ERROR', created, pg_temp.source_id(1),
        harvest_job_id, harvest_object_id
    FROM harvest.harvest_object_error
    """,
    """
    INSERT INTO harvest.log_line (id, content, level, created, source_id, job_id)
    SELECT e.id, 'Job ' || harvest_job_id || ' gather error: ' || message, 'ERROR', e.created, j.source_id, harvest_job_id
    FROM harvest.harvest_gather_error e JOIN harvest.harvest_job j ON j.id = e.harvest_job_id
    """,
    """
    INSERT INTO ops.log_line (id, content, level, created, source_id, job_id, logger, process)
    SELECT pg_temp.line_id(300000000 + row_number() OVER (ORDER BY created, n)), 'page ' || n,
        CASE WHEN n = 5 THEN 'WARNING' ELSE 'INFO' END::ops.log_level, created + make_interval(secs => n),
        pg_temp.source_id(s), id, 'plugin', 'gather-consumer'
    FROM job CROSS JOIN generate_series(1, CASE WHEN s = 1 AND night = %(nights)s THEN 5000 ELSE 5 END) AS n
    WHERE night > %(nights)s - 30
    """,
)


def fill(database: Database, size: Size) -> None:
    """Replace the live read model by one of this size."""
    values = {"sources": size.sources, "nights": size.nights, "large": size.large, "each": size.each}
    with database.connect(whole_tables=True) as connection, connection.transaction():
        connection.execute(FUNCTIONS)
        connection.execute(JOBS, values)
        connection.execute("DROP SCHEMA harvest CASCADE")
        connection.execute("TRUNCATE ops.log_line, ops.schedule")
        read_model.create(connection, read_model.LIVE, indexes=False)
        for statement in ROWS:
            connection.execute(statement, values)
        read_model.create_indexes(connection, read_model.LIVE)
    with database.connect(whole_tables=True) as connection:
        settle(connection)


def settle(connection: Connection) -> None:
    """What autovacuum does in time."""
    for table in TABLES:
        connection.execute(f"VACUUM ANALYZE harvest.{table}".encode())
    connection.execute("VACUUM ANALYZE ops.log_line, ops.schedule")


def _night(size: Size) -> datetime:
    """When the last night began, as the read model has times."""
    return datetime(2016, 1, 1) + timedelta(days=size.nights)  # noqa: DTZ001


def _sorted(model: ReadModel, sort: str) -> list[dict[str, Any]]:
    """The ids of a page, and its rows."""
    ids = [source_id for source_id, _ in sorted_sources(model, sort=sort, inactive=False, org="", kind="", ids=None)[:100]]
    return model.sources_of(ids)


def _health(model: ReadModel, size: Size, days: float) -> SourceHealth:
    """What `status` and `sources --failing` say so many days after the last night."""
    now = datetime(2016, 1, 1, tzinfo=UTC) + timedelta(days=size.nights + days)
    return source_health(source_facts(model, now), now, 50.0)


READS: dict[str, Callable[[ReadModel, Size], Any]] = {
    "sources": lambda model, size: model.sources(),
    "sources, all, further on": lambda model, size: model.sources(inactive=True, after=source_id(size.sources // 2)),
    "which sources are in trouble": lambda model, size: _health(model, size, days=1.5),
    "which sources are in trouble after a week without harvests": lambda model, size: _health(model, size, days=8.0),
    "sources by their names": lambda model, size: _sorted(model, "name"),
    "sources by the errors of their last jobs": lambda model, size: _sorted(model, "errors"),
    "sources by their last jobs": lambda model, size: _sorted(model, "last-job"),
    "sources by what they hold": lambda model, size: _sorted(model, "datasets"),
    "sources by their last success": lambda model, size: _sorted(model, "last-success"),
    "schedules of 100 sources": lambda model, size: Schedules(model._database).of(
        [UUID(source_id(number)) for number in range(1, 101)]
    ),
    "the state of the site": lambda model, size: site_state(model._database),
    "the job that runs longest": lambda model, size: oldest_running_job(model),
    "a source with its status": lambda model, size: model.source(source_id(7)),
    "number of sources": lambda model, size: model.count_sources(),
    "jobs": lambda model, size: model.jobs(),
    "jobs, nearly at the end": lambda model, size: model.jobs(after=job_id(9, 2)),
    "jobs of a source": lambda model, size: model.jobs(source_id=source_id(7)),
    "jobs of a source, further on": lambda model, size: model.jobs(source_id=source_id(7), after=job_id(7, 50)),
    "running jobs": lambda model, size: model.jobs(status="Running"),
    "aborted jobs": lambda model, size: model.jobs(status="Aborted"),
    "aborted jobs of a source": lambda model, size: model.jobs(status="Aborted", source_id=source_id(7)),
    "finished jobs": lambda model, size: model.jobs(status="Finished"),
    "unfinished jobs": lambda model, size: model.jobs(unfinished=True),
    "a job": lambda model, size: model.job(size.large_job),
    "number of jobs": lambda model, size: model.count_jobs(),
    "number of finished jobs": lambda model, size: model.count_jobs(status="Finished"),
    "number of running jobs": lambda model, size: model.count_jobs(status="Running"),
    "number of a source's jobs": lambda model, size: model.count_jobs(source_id=source_id(7)),
    "errors of a large job's gather": lambda model, size: model.gather_errors(size.large_job),
    "errors of a large job's objects": lambda model, size: model.object_errors(size.large_job),
    "the last errors of a large job's objects": lambda model, size: model.object_errors(
        size.large_job, after=model.object_errors(size.large_job).next or ""
    ),
    "a large job's errors and warnings": lambda model, size: model.report(size.large_job),
    "the job before a job": lambda model, size: model.job_before(size.large_job),
    "causes of a large job's errors": lambda model, size: CauseReads(model).of_job(size.large_job, 201, of_gather=False),
    "causes of errors of a large job's gather": lambda model, size: CauseReads(model).of_job(
        size.large_job, 201, of_gather=True
    ),
    "a large job's causes against the job before": lambda model, size: CauseReads(model).compared(
        size.large_job, job_id(1, size.nights - 1), 200, of_gather=False
    ),
    "causes over the last jobs of a source": lambda model, size: causes_of_jobs(
        model, [job_id(1, night) for night in range(size.nights - 29, size.nights + 1)]
    ),
    "which sources had which causes in a night": lambda model, size: recent_causes(model, _night(size)),
    "which sources were busy in a night": lambda model, size: runs_of_a_night(
        model, _night(size), _night(size) + timedelta(days=1), _night(size) + timedelta(days=1), EVERY_SOURCE
    ),
    "what all records of a job lost": lambda model, size: model.job_warnings(size.large_job),
    "deletions of a job": lambda model, size: Deletions(model).of_job(job_id(1, size.nights - 2)),
    "datasets that a job kept": lambda model, size: Deletions(model).of_job(job_id(1, size.nights - 2), "kept"),
    "deletions of a source": lambda model, size: Deletions(model).of_source(source_id(1)),
    "datasets of a source that were purged": lambda model, size: Deletions(model).of_source(source_id(1), "purged"),
    "jobs that hold deletions": lambda model, size: Deletions(model).held_jobs(),
    "number of held deletions": lambda model, size: Deletions(model).count_held(),
    "the log": lambda model, size: model.log_lines(),
    "newest errors": lambda model, size: model.log_lines(LogFilter(levels=["ERROR"])),
    "newest warnings and errors": lambda model, size: model.log_lines(LogFilter(levels=LEVELS[2:])),
    "lines of no level that is there": lambda model, size: model.log_lines(LogFilter(levels=["CRITICAL"])),
    "the log of a large job": lambda model, size: model.log_lines(LogFilter(job_id=size.large_job)),
    "warnings in the log of a large job": lambda model, size: model.log_lines(
        LogFilter(job_id=size.large_job, levels=["WARNING"])
    ),
    "the log of a job of long ago": lambda model, size: model.log_lines(LogFilter(job_id=job_id(7, 1))),
    "the log of a source": lambda model, size: model.log_lines(LogFilter(source_id=source_id(7))),
    "errors in the log of a source": lambda model, size: model.log_lines(LogFilter(source_id=source_id(7), levels=["ERROR"])),
    "the log since a time": lambda model, size: model.log_lines(LogFilter(since="2016-06-01")),
    "the log from a time on": lambda model, size: model.log_lines_after(LogFilter(since="2016-06-01"), limit=100),
    "datasets of a source": lambda model, size: model.datasets(source_id(1)),
    "datasets of a source, further on": lambda model, size: model.datasets(source_id(1), after="guid-1-5"),
}
"""Every list, count and report that there is."""

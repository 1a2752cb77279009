"""SQL that writes the read model, for the schema named."""

from collections.abc import Sequence

from psycopg import sql

from adapters.postgres.read_model.tables import COUNTERS, DATASETS, OBJECTS, OUTCOMES, Table, names


def update_objects(schema: str, changed: Sequence[str]) -> sql.Composed:
    """Changes of objects in these columns and no others; their outcomes, counted by job and column."""
    return sql.SQL("""
        WITH changed AS ({update} RETURNING t.harvest_job_id, x.outcome)
        SELECT harvest_job_id, outcome, count(*) FROM changed WHERE outcome IS NOT NULL GROUP BY 1, 2
    """).format(update=OBJECTS.update(schema, changed, more={"outcome": "text"}))


def save_datasets(schema: str) -> sql.Composed:
    """The newest fact by source and guid; how many datasets each source has more."""
    replaced = sql.SQL(", ").join(
        sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name))
        for name in DATASETS.columns
        if name not in ("source_id", "guid")
    )
    return sql.SQL("""
        WITH x AS MATERIALIZED (SELECT * FROM {rows}),
        outdated AS MATERIALIZED (
            SELECT d.source_id, d.state FROM x JOIN {table} d ON d.source_id = x.source_id AND d.guid = x.guid
            WHERE (d.job_number, d.event_number) < (x.job_number, x.event_number)
        ),
        saved AS (
            INSERT INTO {table} AS d ({columns}) SELECT {columns} FROM x
            ON CONFLICT (source_id, guid) DO UPDATE SET {replaced}
            WHERE (d.job_number, d.event_number) < (EXCLUDED.job_number, EXCLUDED.event_number)
            RETURNING d.source_id, d.state
        )
        -- Not a join of the two: without an index it would compare every row with every other one.
        SELECT source_id, sum(number)::int FROM (
            SELECT source_id, (state = 'active')::int AS number FROM saved
            UNION ALL SELECT source_id, -(state = 'active')::int FROM outdated
        ) c GROUP BY 1
    """).format(
        rows=DATASETS.recordset(DATASETS.columns),
        table=sql.Identifier(schema, DATASETS.name),
        columns=names(DATASETS.columns),
        replaced=replaced,
    )


def count_jobs(schema: str) -> sql.Composed:
    """Add to the counters of jobs, unless their end has named them."""
    counters = [sql.Identifier(name) for name in COUNTERS]
    add = [sql.SQL("{0} = t.{0} + EXCLUDED.{0}").format(sql.Identifier(name)) for name in COUNTERS if name != "pages_unchanged"]
    types = {"job_id": "text", **dict.fromkeys(COUNTERS, "bigint"), "restarted": "boolean"}
    table = sql.Identifier(schema, "job_statistics")
    return sql.SQL("""
        WITH x AS MATERIALIZED (SELECT * FROM {rows}),
        old AS MATERIALIZED (SELECT t.job_id, t.pages_unchanged FROM {table} t JOIN x ON x.job_id = t.job_id WHERE x.restarted)
        INSERT INTO {table} AS t (job_id, {counters})
        SELECT x.job_id, {values} FROM x LEFT JOIN old USING (job_id)
        ON CONFLICT (job_id) DO UPDATE SET {add}, pages_unchanged = t.pages_unchanged + EXCLUDED.pages_unchanged
        WHERE NOT t.final
    """).format(
        rows=Table.recordset(types),
        table=table,
        counters=sql.SQL(", ").join(counters),
        values=sql.SQL(", ").join(
            sql.SQL("x.{0} - coalesce(old.{0}, 0)" if name == "pages_unchanged" else "x.{0}").format(sql.Identifier(name))
            for name in COUNTERS
        ),
        add=sql.SQL(", ").join(add),
    )


def end_jobs(schema: str) -> sql.Composed:
    """The counters that the end of a job named, in place of those that were added up."""
    types = {"job_id": "text", **dict.fromkeys(COUNTERS, "bigint")}
    return sql.SQL("""
        INSERT INTO {table} AS t ({columns}, final) SELECT {columns}, true FROM {rows}
        ON CONFLICT (job_id) DO UPDATE SET {changes}, final = true
    """).format(
        table=sql.Identifier(schema, "job_statistics"),
        columns=names(types),
        rows=Table.recordset(types),
        changes=sql.SQL(", ").join(sql.SQL("{0} = EXCLUDED.{0}").format(sql.Identifier(name)) for name in COUNTERS),
    )


def count_sources(schema: str) -> sql.Composed:
    """Add to the counters of sources."""
    counters = ("jobs", *(f"jobs_{outcome}" for outcome in OUTCOMES), "datasets")
    newest = {"last_job_id": "text", "last_ended_job_id": "text", "last_success": "timestamp"}
    types = {"source_id": "text", **dict.fromkeys(counters, "bigint"), **newest}
    changes = [sql.SQL("{0} = t.{0} + EXCLUDED.{0}").format(sql.Identifier(name)) for name in counters]
    changes += [sql.SQL("{0} = coalesce(EXCLUDED.{0}, t.{0})").format(sql.Identifier(name)) for name in newest]
    return sql.SQL("""
        INSERT INTO {table} AS t ({columns}) SELECT {columns} FROM {rows} ON CONFLICT (source_id) DO UPDATE SET {changes}
    """).format(
        table=sql.Identifier(schema, "source_statistics"),
        columns=names(types),
        rows=Table.recordset(types),
        changes=sql.SQL(", ").join(changes),
    )


def note_last_jobs(schema: str) -> sql.Composed:
    """Keep with their sources what jobs came to, those that are the last ones that have ended."""
    return sql.SQL("""
        UPDATE {sources} t SET last_outcome = l.outcome, last_kind = l.kind, last_errored = c.errored, last_deleted = c.deleted,
            last_done = c.added + c.updated + c.unchanged + c.pages_unchanged + c.skipped + c.deleted
        FROM {jobs} l LEFT JOIN {counts} c ON c.job_id = l.id
        WHERE t.last_ended_job_id = ANY (%(jobs)s) AND l.id = t.last_ended_job_id
    """).format(
        sources=sql.Identifier(schema, "source_statistics"),
        jobs=sql.Identifier(schema, "harvest_job"),
        counts=sql.Identifier(schema, "job_statistics"),
    )


def forget_last_jobs(schema: str) -> sql.Composed:
    """As `forget`, of what is kept of jobs with their sources."""
    return sql.SQL("""
        UPDATE {} SET last_outcome = NULL, last_kind = NULL, last_done = NULL, last_errored = NULL, last_deleted = NULL
        WHERE last_ended_job_id = ANY (%(jobs)s)
    """).format(sql.Identifier(schema, "source_statistics"))


def prune_between(schema: str, table: str, job: str, of_object: str) -> sql.Composed:
    """As `prune`, of objects whose ids lie between two: found by these, as a job may have many more."""
    return sql.SQL("""
        DELETE FROM {table} t USING unnest(%(jobs)s::text[], %(firsts)s::text[], %(lasts)s::text[]) AS p (job, first, last)
        WHERE t.{of_object} >= p.first AND t.{of_object} <= p.last AND t.{job} IS NOT DISTINCT FROM p.job AND NOT EXISTS (
            SELECT FROM events.stored_event e WHERE e.originator_id = t.{of_object}::uuid AND e.originator_version = 1)
    """).format(table=sql.Identifier(schema, table), job=sql.Identifier(job), of_object=sql.Identifier(of_object))


def prune(schema: str, table: str, job: str, of_object: str) -> sql.Composed:
    """Rows of objects whose streams are gone from the log: what is left is what a rebuild would make."""
    return sql.SQL("""
        DELETE FROM {table} t WHERE t.{job} = ANY (%(jobs)s) AND t.{of_object} IS NOT NULL AND NOT EXISTS (
            SELECT FROM events.stored_event e WHERE e.originator_id = t.{of_object}::uuid AND e.originator_version = 1)
    """).format(table=sql.Identifier(schema, table), job=sql.Identifier(job), of_object=sql.Identifier(of_object))


def forget(schema: str, table: str, job: str) -> sql.Composed:
    """Rows of jobs that are no longer listed."""
    return sql.SQL("DELETE FROM {} WHERE {} = ANY (%(jobs)s)").format(sql.Identifier(schema, table), sql.Identifier(job))

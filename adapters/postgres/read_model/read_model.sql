-- The read model. `{schema}` is harvest when it is first created, and a shadow schema during a rebuild.
-- All id columns have the collation C: a join of columns with different collations can't use an index.
-- The seven harvest_* relations have the names and columns of ckanext-harvest; times are UTC without zone, as there.

CREATE SCHEMA {schema};

CREATE TABLE {schema}.checkpoint (
    name text PRIMARY KEY,
    notification_id bigint NOT NULL,
    model_version integer NOT NULL
);

CREATE TABLE {schema}.harvest_source (
    id text COLLATE "C" NOT NULL,
    name text NOT NULL,
    url text NOT NULL,
    title text,
    description text,
    config text,
    created timestamp,
    type text NOT NULL,
    active boolean,
    user_id text,
    publisher_id text,
    frequency text,
    next_run timestamp,
    owner_org text,
    private boolean,
    extras jsonb,
    removed text, -- NULL unless the source was removed; then what happened to its datasets: keep, release or delete
    modified timestamp -- when its settings or its state last changed
);

CREATE TABLE {schema}.harvest_job (
    id text COLLATE "C" NOT NULL,
    created timestamp,
    gather_started timestamp,
    gather_finished timestamp,
    finished timestamp,
    source_id text COLLATE "C" NOT NULL,
    status text NOT NULL,
    kind text NOT NULL,
    trigger text NOT NULL,
    created_by text,
    outcome text,
    complete boolean,
    full_listing boolean,
    held bigint, -- deletions that wait, or waited, for a person's decision
    held_of bigint, -- datasets that the source held then
    decision text -- approved, rejected
);

CREATE TABLE {schema}.job_statistics (
    job_id text COLLATE "C" NOT NULL,
    objects bigint NOT NULL DEFAULT 0,
    added bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0,
    pages_unchanged bigint NOT NULL DEFAULT 0,
    deleted bigint NOT NULL DEFAULT 0,
    errored bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    gather_errors bigint NOT NULL DEFAULT 0,
    final boolean NOT NULL DEFAULT false -- true: the numbers that the job ended with, which no longer change
);

CREATE TABLE {schema}.source_statistics (
    source_id text COLLATE "C" NOT NULL,
    jobs bigint NOT NULL DEFAULT 0,
    jobs_finished bigint NOT NULL DEFAULT 0, -- by outcome; the other jobs have not ended
    jobs_failed bigint NOT NULL DEFAULT 0,
    jobs_aborted bigint NOT NULL DEFAULT 0,
    datasets bigint NOT NULL DEFAULT 0, -- active ones, which is also the number of current objects
    last_job_id text COLLATE "C",
    last_ended_job_id text COLLATE "C",
    last_success timestamp, -- when a successful job last ended
    last_outcome text, -- of the last job that has ended, so that looking for trouble needs no row of each source's job
    last_kind text,
    last_done bigint, -- its records that went well
    last_errored bigint,
    last_deleted bigint
);

CREATE TABLE {schema}.object (
    id text COLLATE "C" NOT NULL,
    guid text NOT NULL,
    harvest_job_id text COLLATE "C" NOT NULL,
    harvest_source_id text COLLATE "C" NOT NULL,
    action text,
    state text NOT NULL,
    report_status text,
    package_id text,
    content_hash text,
    extras jsonb,
    metadata_modified_date timestamp,
    gathered timestamp,
    fetch_finished timestamp,
    import_finished timestamp,
    retry_times integer,
    original_url text,
    removed text, -- what happened to a dataset that was missing: deleted, purged, kept, hidden, gone, held
    removed_until timestamp, -- when a hidden dataset will be deleted
    removed_title text
);

CREATE TABLE {schema}.dataset (
    source_id text COLLATE "C" NOT NULL,
    guid text COLLATE "C" NOT NULL,
    package_id text,
    object_id text COLLATE "C" NOT NULL,
    content_hash text,
    state text NOT NULL,
    imported timestamp,
    event_number bigint NOT NULL,
    job_number integer NOT NULL -- of two facts the newer job's wins; within a job, the one with the larger event number
) WITH (fillfactor = 50);

CREATE TABLE {schema}.harvest_gather_error (
    id text COLLATE "C" NOT NULL,
    harvest_job_id text COLLATE "C" NOT NULL,
    message text,
    created timestamp,
    code text,
    guid text,
    cause text COLLATE "C" -- see error_cause
);

CREATE TABLE {schema}.harvest_object_error (
    id text COLLATE "C" NOT NULL,
    harvest_object_id text COLLATE "C" NOT NULL,
    message text,
    stage text,
    line integer,
    created timestamp,
    code text,
    level text COLLATE "C" NOT NULL, -- error, warning, job_warning
    harvest_job_id text COLLATE "C", -- of the object, so that a job's report needn't read objects without errors
    cause text COLLATE "C" -- see error_cause; NULL for warnings
);

-- Errors of each job by cause, counted as they come: a job may have a hundred thousand.
CREATE TABLE {schema}.error_cause (
    job_id text COLLATE "C" NOT NULL,
    of_gather boolean NOT NULL,
    cause text COLLATE "C" NOT NULL, -- the same in every job: the version of the rule that groups, and what messages share
    gaps integer NOT NULL,
    texts jsonb NOT NULL, -- what all messages have in common
    gap_values jsonb NOT NULL, -- what stands between, null where messages differ
    errors bigint NOT NULL,
    records bigint NOT NULL, -- objects, which may have failed several times
    first_error timestamp NOT NULL,
    last_error timestamp NOT NULL,
    examples jsonb NOT NULL,
    PRIMARY KEY (job_id, of_gather, cause, gaps) -- here, since a rebuild adds to the rows while it copies
);

-- Log lines derived from events. All others (of plugins, for instance) are in ops.log_line.
CREATE TABLE {schema}.log_line (
    id text COLLATE "C" NOT NULL,
    content text NOT NULL,
    level ops.log_level,
    created timestamp,
    source_id text COLLATE "C",
    job_id text COLLATE "C",
    object_id text COLLATE "C"
);

-- A union of two plain selects: a query for the newest lines can then use the index of each.
CREATE VIEW {schema}.harvest_log AS
SELECT id, content, level, created, source_id, job_id, object_id, 'events'::text AS logger FROM {schema}.log_line
UNION ALL
SELECT id, content, level, created, source_id, job_id, object_id, logger FROM ops.log_line;

-- `current` and the state of an aborted job's objects cross streams: they are derived here, so no fold can get them wrong.
-- `current` checks a column of the outer join for NULL: a query for current objects can then start from `dataset`, by source.
CREATE VIEW {schema}.harvest_object AS
SELECT
    o.id,
    o.guid,
    d.object_id IS NOT NULL AS current,
    o.gathered,
    NULL::timestamp AS fetch_started,
    CASE WHEN c.is_text THEN convert_from(c.body, 'UTF8') END AS content,
    o.fetch_finished,
    NULL::timestamp AS import_started,
    o.import_finished,
    CASE WHEN j.status = 'Aborted' AND o.state NOT IN ('COMPLETE', 'ERROR') THEN 'ERROR' ELSE o.state END AS state,
    o.metadata_modified_date,
    o.retry_times,
    o.harvest_job_id,
    o.harvest_source_id,
    o.package_id,
    CASE WHEN j.status = 'Aborted' AND o.state NOT IN ('COMPLETE', 'ERROR') THEN 'errored' ELSE o.report_status END
        AS report_status,
    o.action,
    o.content_hash,
    o.original_url
FROM {schema}.object o
LEFT JOIN {schema}.harvest_job j ON j.id = o.harvest_job_id
LEFT JOIN {schema}.dataset d
    ON d.source_id = o.harvest_source_id AND d.guid = o.guid AND d.object_id = o.id AND d.state = 'active'
LEFT JOIN content.document c ON c.hash = decode(o.content_hash, 'hex');

CREATE VIEW {schema}.harvest_object_extra AS
SELECT md5(o.id || ' ' || e.key)::uuid::text AS id, o.id AS harvest_object_id, e.key, e.value
FROM {schema}.object o CROSS JOIN LATERAL jsonb_each_text(o.extras) e;

-- The schedule of each source, for readers; the leader plans it. It doesn't take pauses of the site into account.
CREATE VIEW {schema}.source_schedule AS
SELECT
    s.source_id::text COLLATE "C" AS source_id,
    s.frequency,
    s.cron,
    s.time_zone,
    s.blackout,
    CASE WHEN s.active THEN s.due_at AT TIME ZONE 'UTC' END AS next_run,
    s.paused AND (s.paused_until IS NULL OR s.paused_until > now()) AS paused,
    s.paused_until AT TIME ZONE 'UTC' AS paused_until
FROM ops.schedule s;

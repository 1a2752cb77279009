-- The event log, the content store and the write side's working tables. The read model is not here: read_model.sql.

CREATE SCHEMA IF NOT EXISTS events;
CREATE SCHEMA IF NOT EXISTS content;
CREATE SCHEMA IF NOT EXISTS ops;
CREATE SCHEMA IF NOT EXISTS catalogue;

-- One table, one total order: notification_id rises in the order of commits, because events.append holds a lock until the commit.
CREATE TABLE events.stored_event (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint GENERATED ALWAYS AS IDENTITY,
    recorded_at timestamptz NOT NULL DEFAULT clock_timestamp(),
    PRIMARY KEY (originator_id, originator_version)
);
CREATE UNIQUE INDEX stored_event_notification_id_idx ON events.stored_event (notification_id);
CREATE INDEX stored_event_recorded_at_idx ON events.stored_event USING brin (recorded_at);

-- Appends all streams that have no conflict and reports the others. A stream is stored whole or not at all. When the stream of
-- a guard isn't at exactly the version that the guard names, the call stores nothing and `guarded` is true.
CREATE FUNCTION events.append(
    ids uuid[], versions bigint[], topics text[], states bytea[], guards uuid[], guard_versions bigint[],
    OUT last_id bigint, OUT conflicts uuid[], OUT guarded boolean
) LANGUAGE plpgsql
SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off
AS $$
BEGIN
    -- A separate statement, so that the statements below get a snapshot that sees all earlier appends.
    PERFORM pg_advisory_xact_lock(hashtextextended('harvestlog ' || current_database() || ' events', 0));

    guarded := EXISTS (
        SELECT FROM unnest(guards, guard_versions) AS g (id, version)
        WHERE (g.version > 0 AND NOT EXISTS (
            SELECT FROM events.stored_event e WHERE e.originator_id = g.id AND e.originator_version = g.version))
        OR EXISTS (
            SELECT FROM events.stored_event e WHERE e.originator_id = g.id AND e.originator_version = g.version + 1)
    );
    IF guarded THEN
        RETURN;
    END IF;

    SELECT array_agg(DISTINCT bad.id) INTO conflicts FROM (
        SELECT n.id FROM unnest(ids, versions) AS n (id, version)
        JOIN events.stored_event e ON e.originator_id = n.id AND e.originator_version = n.version
        UNION ALL
        SELECT f.id FROM (
            SELECT n.id, min(n.version) AS version, max(n.version) - min(n.version) + 1 <> count(*) AS hole
            FROM unnest(ids, versions) AS n (id, version) GROUP BY n.id
        ) f
        WHERE f.hole OR f.version > 1 AND NOT EXISTS (
            SELECT FROM events.stored_event e WHERE e.originator_id = f.id AND e.originator_version = f.version - 1)
    ) bad;

    WITH stored AS (
        INSERT INTO events.stored_event (originator_id, originator_version, topic, state)
        SELECT n.id, n.version, n.topic, n.state
        FROM unnest(ids, versions, topics, states) WITH ORDINALITY AS n (id, version, topic, state, position)
        WHERE conflicts IS NULL OR n.id <> ALL (conflicts)
        ORDER BY n.position
        RETURNING notification_id
    )
    SELECT max(notification_id) INTO last_id FROM stored;

    IF last_id IS NOT NULL THEN
        NOTIFY harvest_events;
    END IF;
END
$$;

-- Documents by sha256: each is stored once, however often it arrives.
CREATE TABLE content.document (
    hash bytea PRIMARY KEY,
    body bytea NOT NULL,
    is_text boolean NOT NULL, -- valid UTF-8 without NUL: the read model may show it as text
    first_seen timestamptz NOT NULL DEFAULT now(),
    last_seen timestamptz NOT NULL DEFAULT now()
);
-- lz4 where the server supports it. The embedded server has only pglz, which costs more than the rest of storing a document
-- (140 against 50 us of CPU for 5 KB), so there documents are stored uncompressed.
DO $$
BEGIN
    ALTER TABLE content.document ALTER COLUMN body SET COMPRESSION lz4;
EXCEPTION WHEN feature_not_supported THEN
    ALTER TABLE content.document ALTER COLUMN body SET STORAGE EXTERNAL;
END
$$;

CREATE TABLE ops.checkpoint (
    name text PRIMARY KEY,
    notification_id bigint NOT NULL
);
INSERT INTO ops.checkpoint VALUES ('work', 0);

-- One row per unfinished job: what is left to do, and the counts that decide when the job ends.
CREATE TABLE ops.job_progress (
    job_id uuid PRIMARY KEY,
    source_id uuid NOT NULL,
    kind text NOT NULL,
    lane smallint NOT NULL,
    inline boolean NOT NULL, -- run in one process by run-test: never dispatched
    created_at timestamptz NOT NULL,
    gather text NOT NULL DEFAULT 'waiting', -- waiting, running, finished
    attempt integer NOT NULL DEFAULT 0,
    complete boolean NOT NULL DEFAULT false,
    full_listing boolean NOT NULL DEFAULT false,
    gather_started_at timestamptz,
    gather_errors bigint NOT NULL DEFAULT 0,
    objects bigint NOT NULL DEFAULT 0,
    added bigint NOT NULL DEFAULT 0,
    updated bigint NOT NULL DEFAULT 0,
    unchanged bigint NOT NULL DEFAULT 0, -- objects whose document had not changed
    deleted bigint NOT NULL DEFAULT 0,
    errored bigint NOT NULL DEFAULT 0,
    skipped bigint NOT NULL DEFAULT 0,
    pages_unchanged bigint NOT NULL DEFAULT 0, -- records of gathered pages that needed no object
    -- the gather command
    due_at timestamptz NOT NULL DEFAULT now(),
    epoch integer NOT NULL DEFAULT 0,
    sent_until timestamptz,
    worker text,
    lease_until timestamptz,
    deliveries integer NOT NULL DEFAULT 0
);

-- One row per unfinished object; its size follows pending work, not history.
CREATE TABLE ops.work (
    object_id uuid PRIMARY KEY,
    job_id uuid NOT NULL,
    due_at timestamptz NOT NULL,
    attempt integer NOT NULL DEFAULT 0,
    sent boolean NOT NULL DEFAULT false, -- a command is in flight or claimed
    epoch integer NOT NULL DEFAULT 0,
    worker text,
    lease_until timestamptz,
    deliveries integer NOT NULL DEFAULT 0
) WITH (fillfactor = 60, autovacuum_vacuum_scale_factor = 0.05);
CREATE INDEX work_waiting_idx ON ops.work (job_id, due_at) WHERE NOT sent;
CREATE INDEX work_sent_idx ON ops.work (job_id) WHERE sent;
CREATE INDEX work_lost_idx ON ops.work (object_id) WHERE deliveries > 3; -- queried every second

-- Messages that could not be decoded: one row per position in a topic.
CREATE TABLE ops.dead_letter (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    cluster_id text NOT NULL,
    value bytea,
    reason text NOT NULL,
    recorded_at timestamptz NOT NULL DEFAULT now(),
    PRIMARY KEY (topic, partition, record_offset, cluster_id)
);

-- What each source holds: the identity of its datasets, kept separately from history.
CREATE TABLE ops.dataset (
    source_id uuid NOT NULL,
    guid text COLLATE "C" NOT NULL,
    package_id text,
    object_id uuid NOT NULL, -- the object imported last
    content_hash text,
    notification_id bigint NOT NULL, -- the fact with the largest number wins
    PRIMARY KEY (source_id, guid)
);

-- The local catalogue: the target when no CKAN is configured. `package` is in the form of CKAN's package_show.
CREATE TABLE catalogue.package (
    id text PRIMARY KEY,
    name text COLLATE "C" NOT NULL UNIQUE,
    state text NOT NULL DEFAULT 'active',
    title text NOT NULL DEFAULT '',
    source_id text,
    guid text,
    object_id text,
    content_hash text,
    package jsonb NOT NULL,
    metadata_created timestamptz NOT NULL DEFAULT now(),
    metadata_modified timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX package_source_id_idx ON catalogue.package (source_id);

SET statement_timeout = 0;
SET lock_timeout = 0;
SET idle_in_transaction_session_timeout = 0;
SET client_encoding = 'UTF8';
SET standard_conforming_strings = on;
SELECT pg_catalog.set_config('search_path', '', false);
SET check_function_bodies = false;
SET xmloption = content;
SET client_min_messages = warning;
SET row_security = off;
CREATE SCHEMA catalogue;
CREATE SCHEMA content;
CREATE SCHEMA events;
CREATE SCHEMA harvest;
CREATE SCHEMA ops;
CREATE TYPE ops.log_level AS ENUM (
    'DEBUG',
    'INFO',
    'WARNING',
    'ERROR',
    'CRITICAL'
);
CREATE FUNCTION catalogue.facets(package jsonb, source_id text) RETURNS text[]
    LANGUAGE sql IMMUTABLE PARALLEL SAFE
    AS $_$
    SELECT coalesce(array_agg(DISTINCT left(facet, 600) COLLATE "C"), '{}') FROM (
        SELECT 'organization:' || coalesce(package -> 'organization' ->> 'name', package ->> 'owner_org') AS facet
        UNION ALL SELECT 'license_id:' || (package ->> 'license_id')
        UNION ALL SELECT 'harvest_source_id:' || source_id
        UNION ALL SELECT 'tags:' || (item ->> 'name') FROM jsonb_path_query(package, '$.tags[*]') item
        UNION ALL SELECT 'groups:' || (item ->> 'name') FROM jsonb_path_query(package, '$.groups[*]') item
        UNION ALL SELECT 'res_format:' || (item ->> 'format') FROM jsonb_path_query(package, '$.resources[*]') item
    ) f WHERE facet IS NOT NULL AND right(facet, 1) <> ':'
$_$;
CREATE FUNCTION catalogue.forget_facets() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    DELETE FROM catalogue.facet_count;
    DELETE FROM catalogue.facet_change;
    RETURN NULL;
END $$;
CREATE FUNCTION catalogue.note_facets() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
DECLARE
    before text[] := CASE WHEN TG_OP <> 'INSERT' AND OLD.state = 'active' THEN OLD.facets END;
    after text[] := CASE WHEN TG_OP <> 'DELETE' AND NEW.state = 'active' THEN NEW.facets END;
BEGIN
    IF before IS DISTINCT FROM after THEN
        INSERT INTO catalogue.facet_change (number, facets)
        SELECT v.number, v.facets FROM (VALUES (-1, before), (1, after)) AS v (number, facets) WHERE v.facets IS NOT NULL;
    END IF;
    RETURN NULL;
END $$;
CREATE FUNCTION events.append(ids uuid[], versions bigint[], topics text[], states bytea[], guards uuid[], guard_versions bigint[], OUT last_id bigint, OUT conflicts uuid[], OUT guarded boolean) RETURNS record
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
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
CREATE FUNCTION events.prune(streams uuid[], job uuid, version bigint, topic text, state bytea) RETURNS void
    LANGUAGE plpgsql
    SET enable_hashjoin TO 'off'
    SET enable_mergejoin TO 'off'
    SET enable_seqscan TO 'off'
    AS $$
DECLARE
    result record;
BEGIN
    DELETE FROM events.stored_event WHERE originator_id = ANY (streams);
    SELECT * INTO result FROM events.append(
        ARRAY[job], ARRAY[version], ARRAY[topic], ARRAY[state], ARRAY[job], ARRAY[version - 1]);
    IF result.guarded OR result.conflicts IS NOT NULL THEN
        RAISE EXCEPTION 'job % was changed by somebody else', job USING ERRCODE = 'serialization_failure';
    END IF;
END
$$;
CREATE FUNCTION ops.lease_host(a_host text, a_holder text, most integer, a_wanted integer, in_use integer, lease double precision, turn double precision) RETURNS integer
    LANGUAGE plpgsql
    AS $$
DECLARE
    mine ops.host_lease;
    others record;
    now timestamptz;
    may integer;
BEGIN
    PERFORM pg_advisory_xact_lock(ops.lock_key('host ' || a_host));
    now := clock_timestamp();
    DELETE FROM ops.host_lease WHERE host = a_host AND (until < now OR (holder = a_holder AND a_wanted = 0 AND in_use = 0));
    IF a_wanted = 0 AND in_use = 0 THEN
        RETURN 0;
    END IF;
    SELECT * INTO mine FROM ops.host_lease WHERE host = a_host AND holder = a_holder;
    SELECT count(*) AS processes, coalesce(sum(granted), 0) AS granted, coalesce(sum(wanted), 0) AS wanted,
        count(*) FILTER (WHERE granted = 0) AS waiting,
        count(*) FILTER (WHERE granted = 0 AND (mine.turn_at IS NULL OR turn_at < mine.turn_at)) AS ahead
    INTO others FROM ops.host_lease WHERE host = a_host AND holder <> a_holder;
    IF others.processes < most THEN
        may := least(a_wanted, greatest(most / (others.processes + 1), most - others.wanted), most - others.granted);
    ELSIF coalesce(mine.granted, 0) > 0 THEN
        may := CASE WHEN others.waiting > 0 AND mine.turn_at < now - make_interval(secs => turn) THEN 0
            ELSE least(1, most - others.granted) END;
    ELSE
        may := CASE WHEN most - others.granted > others.ahead THEN 1 ELSE 0 END;
    END IF;
    may := greatest(may, 0);
    INSERT INTO ops.host_lease AS l VALUES (
        a_host, a_holder, a_wanted, greatest(may, in_use), now, now + make_interval(secs => lease))
    ON CONFLICT (host, holder) DO UPDATE SET wanted = EXCLUDED.wanted, granted = EXCLUDED.granted, until = EXCLUDED.until,
        turn_at = CASE WHEN (l.granted > 0) = (EXCLUDED.granted > 0) THEN l.turn_at ELSE EXCLUDED.turn_at END;
    RETURN may;
END
$$;
CREATE FUNCTION ops.lock_key(name text) RETURNS bigint
    LANGUAGE sql STABLE
    AS $$
    SELECT hashtextextended('harvestlog ' || coalesce((SELECT site_id FROM ops.site), '') || ' ' || name, 0)
$$;
CREATE FUNCTION ops.note_movement() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    NEW.moved_at := now();
    RETURN NEW;
END
$$;
CREATE FUNCTION ops.note_outcomes(a_scope text, a_name text, succeeded boolean, failed integer, a_reason text, a_url text, most integer, waits double precision[], calm double precision) RETURNS boolean
    LANGUAGE plpgsql
    AS $$
DECLARE
    met ops.breaker;
    now timestamptz := clock_timestamp();
BEGIN
    INSERT INTO ops.breaker AS b (scope, name, failures, reason, url) VALUES (a_scope, a_name, failed, a_reason, a_url)
    ON CONFLICT (scope, name) DO UPDATE SET
        failures = EXCLUDED.failures + CASE WHEN succeeded AND b.opened_at IS NULL THEN 0 ELSE b.failures END,
        reason = CASE WHEN failed > 0 THEN EXCLUDED.reason ELSE b.reason END,
        url = CASE WHEN failed > 0 THEN EXCLUDED.url ELSE b.url END,
        changed_at = now
    RETURNING * INTO met;
    IF met.opened_at IS NOT NULL OR met.failures < most THEN
        RETURN false;
    END IF;
    met.openings := CASE WHEN met.closed_at > now - make_interval(secs => calm) THEN met.openings + 1 ELSE 0 END;
    UPDATE ops.breaker SET opened_at = now, probes = 0, openings = met.openings,
        probe_at = now + make_interval(secs => waits[least(met.openings + 1, array_length(waits, 1))])
    WHERE scope = a_scope AND name = a_name;
    RETURN true;
END
$$;
CREATE FUNCTION ops.raise_read_version() RETURNS trigger
    LANGUAGE plpgsql
    AS $$
BEGIN
    UPDATE ops.read_version SET number = number + 1;
    RETURN NULL;
END $$;
SET default_tablespace = '';
SET default_table_access_method = heap;
CREATE TABLE catalogue.collection (
    kind text NOT NULL COLLATE pg_catalog."C",
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL COLLATE pg_catalog."C",
    details jsonb NOT NULL,
    CONSTRAINT collection_kind_check CHECK ((kind = ANY (ARRAY['group'::text, 'organization'::text])))
);
CREATE TABLE catalogue.facet_change (
    id bigint NOT NULL,
    number integer NOT NULL,
    facets text[] NOT NULL COLLATE pg_catalog."C"
);
ALTER TABLE catalogue.facet_change ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME catalogue.facet_change_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE catalogue.facet_count (
    facet text NOT NULL COLLATE pg_catalog."C",
    number bigint NOT NULL
)
WITH (fillfactor='70');
CREATE TABLE catalogue.package (
    id text NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    state text DEFAULT 'active'::text NOT NULL,
    title text DEFAULT ''::text NOT NULL,
    source_id text,
    guid text,
    object_id text,
    content_hash text,
    package jsonb NOT NULL,
    metadata_created timestamp with time zone DEFAULT now() NOT NULL,
    metadata_modified timestamp with time zone DEFAULT now() NOT NULL,
    facets text[] GENERATED ALWAYS AS (catalogue.facets(package, source_id)) STORED COLLATE pg_catalog."C",
    source_title text
);
CREATE TABLE content.document (
    hash bytea NOT NULL,
    body bytea NOT NULL,
    is_text boolean NOT NULL,
    first_seen timestamp with time zone DEFAULT now() NOT NULL,
    last_seen timestamp with time zone DEFAULT now() NOT NULL
);
ALTER TABLE ONLY content.document ALTER COLUMN body SET STORAGE EXTERNAL;
CREATE TABLE events.stored_event (
    originator_id uuid NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL,
    notification_id bigint NOT NULL,
    recorded_at timestamp with time zone DEFAULT clock_timestamp() NOT NULL
);
ALTER TABLE events.stored_event ALTER COLUMN notification_id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME events.stored_event_notification_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE harvest.checkpoint (
    name text NOT NULL,
    notification_id bigint NOT NULL,
    model_version integer NOT NULL
);
CREATE TABLE harvest.dataset (
    source_id text NOT NULL COLLATE pg_catalog."C",
    guid text NOT NULL COLLATE pg_catalog."C",
    package_id text,
    object_id text NOT NULL COLLATE pg_catalog."C",
    content_hash text,
    state text NOT NULL,
    imported timestamp without time zone,
    event_number bigint NOT NULL,
    job_number integer NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE harvest.error_cause (
    job_id text NOT NULL COLLATE pg_catalog."C",
    of_gather boolean NOT NULL,
    cause text NOT NULL COLLATE pg_catalog."C",
    gaps integer NOT NULL,
    texts jsonb NOT NULL,
    gap_values jsonb NOT NULL,
    errors bigint NOT NULL,
    records bigint NOT NULL,
    first_error timestamp without time zone NOT NULL,
    last_error timestamp without time zone NOT NULL,
    examples jsonb NOT NULL
);
CREATE TABLE harvest.harvest_gather_error (
    id text NOT NULL COLLATE pg_catalog."C",
    harvest_job_id text NOT NULL COLLATE pg_catalog."C",
    message text,
    created timestamp without time zone,
    code text,
    guid text,
    cause text COLLATE pg_catalog."C"
);
CREATE TABLE harvest.harvest_job (
    id text NOT NULL COLLATE pg_catalog."C",
    created timestamp without time zone,
    gather_started timestamp without time zone,
    gather_finished timestamp without time zone,
    finished timestamp without time zone,
    source_id text NOT NULL COLLATE pg_catalog."C",
    status text NOT NULL,
    kind text NOT NULL,
    trigger text NOT NULL,
    created_by text,
    outcome text,
    complete boolean,
    full_listing boolean,
    held bigint,
    held_of bigint,
    decision text
);
CREATE TABLE harvest.log_line (
    id text NOT NULL COLLATE pg_catalog."C",
    content text NOT NULL,
    level ops.log_level,
    created timestamp without time zone,
    source_id text COLLATE pg_catalog."C",
    job_id text COLLATE pg_catalog."C",
    object_id text COLLATE pg_catalog."C"
);
CREATE TABLE ops.log_line (
    id text NOT NULL COLLATE pg_catalog."C",
    content text NOT NULL,
    level ops.log_level NOT NULL,
    created timestamp without time zone NOT NULL,
    source_id text COLLATE pg_catalog."C",
    job_id text COLLATE pg_catalog."C",
    object_id text COLLATE pg_catalog."C",
    logger text NOT NULL,
    process text NOT NULL
);
CREATE VIEW harvest.harvest_log AS
 SELECT log_line.id,
    log_line.content,
    log_line.level,
    log_line.created,
    log_line.source_id,
    log_line.job_id,
    log_line.object_id,
    'events'::text AS logger
   FROM harvest.log_line
UNION ALL
 SELECT log_line.id,
    log_line.content,
    log_line.level,
    log_line.created,
    log_line.source_id,
    log_line.job_id,
    log_line.object_id,
    log_line.logger
   FROM ops.log_line;
CREATE TABLE harvest.object (
    id text NOT NULL COLLATE pg_catalog."C",
    guid text NOT NULL,
    harvest_job_id text NOT NULL COLLATE pg_catalog."C",
    harvest_source_id text NOT NULL COLLATE pg_catalog."C",
    action text,
    state text NOT NULL,
    report_status text,
    package_id text,
    content_hash text,
    extras jsonb,
    metadata_modified_date timestamp without time zone,
    gathered timestamp without time zone,
    fetch_finished timestamp without time zone,
    import_finished timestamp without time zone,
    retry_times integer,
    original_url text,
    removed text,
    removed_until timestamp without time zone,
    removed_title text
)
WITH (fillfactor='50');
CREATE VIEW harvest.harvest_object AS
 SELECT o.id,
    o.guid,
    (d.object_id IS NOT NULL) AS current,
    o.gathered,
    NULL::timestamp without time zone AS fetch_started,
        CASE
            WHEN c.is_text THEN convert_from(c.body, 'UTF8'::name)
            ELSE NULL::text
        END AS content,
    o.fetch_finished,
    NULL::timestamp without time zone AS import_started,
    o.import_finished,
        CASE
            WHEN ((j.status = 'Aborted'::text) AND (o.state <> ALL (ARRAY['COMPLETE'::text, 'ERROR'::text]))) THEN 'ERROR'::text
            ELSE o.state
        END AS state,
    o.metadata_modified_date,
    o.retry_times,
    o.harvest_job_id,
    o.harvest_source_id,
    o.package_id,
        CASE
            WHEN ((j.status = 'Aborted'::text) AND (o.state <> ALL (ARRAY['COMPLETE'::text, 'ERROR'::text]))) THEN 'errored'::text
            ELSE o.report_status
        END AS report_status,
    o.action,
    o.content_hash,
    o.original_url
   FROM (((harvest.object o
     LEFT JOIN harvest.harvest_job j ON ((j.id = o.harvest_job_id)))
     LEFT JOIN harvest.dataset d ON (((d.source_id = o.harvest_source_id) AND (d.guid = o.guid) AND (d.object_id = o.id) AND (d.state = 'active'::text))))
     LEFT JOIN content.document c ON ((c.hash = decode(o.content_hash, 'hex'::text))));
CREATE TABLE harvest.harvest_object_error (
    id text NOT NULL COLLATE pg_catalog."C",
    harvest_object_id text NOT NULL COLLATE pg_catalog."C",
    message text,
    stage text,
    line integer,
    created timestamp without time zone,
    code text,
    level text NOT NULL COLLATE pg_catalog."C",
    harvest_job_id text COLLATE pg_catalog."C",
    cause text COLLATE pg_catalog."C"
);
CREATE VIEW harvest.harvest_object_extra AS
 SELECT ((md5(((o.id || ' '::text) || e.key)))::uuid)::text AS id,
    o.id AS harvest_object_id,
    e.key,
    e.value
   FROM (harvest.object o
     CROSS JOIN LATERAL jsonb_each_text(o.extras) e(key, value));
CREATE TABLE harvest.harvest_source (
    id text NOT NULL COLLATE pg_catalog."C",
    name text NOT NULL,
    url text NOT NULL,
    title text,
    description text,
    config text,
    created timestamp without time zone,
    type text NOT NULL,
    active boolean,
    user_id text,
    publisher_id text,
    frequency text,
    next_run timestamp without time zone,
    owner_org text,
    private boolean,
    extras jsonb,
    removed text,
    modified timestamp without time zone
);
CREATE TABLE harvest.job_statistics (
    job_id text NOT NULL COLLATE pg_catalog."C",
    objects bigint DEFAULT 0 NOT NULL,
    added bigint DEFAULT 0 NOT NULL,
    updated bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    pages_unchanged bigint DEFAULT 0 NOT NULL,
    deleted bigint DEFAULT 0 NOT NULL,
    errored bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    gather_errors bigint DEFAULT 0 NOT NULL,
    final boolean DEFAULT false NOT NULL
);
CREATE TABLE ops.schedule (
    source_id uuid NOT NULL,
    url text NOT NULL,
    frequency text NOT NULL,
    cron text DEFAULT ''::text NOT NULL,
    time_zone text DEFAULT ''::text NOT NULL,
    blackout text DEFAULT ''::text NOT NULL,
    active boolean NOT NULL,
    fresh boolean DEFAULT true NOT NULL,
    running boolean DEFAULT false NOT NULL,
    paused boolean DEFAULT false NOT NULL,
    paused_until timestamp with time zone,
    after timestamp with time zone NOT NULL,
    planned boolean DEFAULT false NOT NULL,
    due_at timestamp with time zone
)
WITH (fillfactor='70');
CREATE VIEW harvest.source_schedule AS
 SELECT ((source_id)::text COLLATE "C") AS source_id,
    frequency,
    cron,
    time_zone,
    blackout,
        CASE
            WHEN active THEN (due_at AT TIME ZONE 'UTC'::text)
            ELSE NULL::timestamp without time zone
        END AS next_run,
    (paused AND ((paused_until IS NULL) OR (paused_until > now()))) AS paused,
    (paused_until AT TIME ZONE 'UTC'::text) AS paused_until
   FROM ops.schedule s;
CREATE TABLE harvest.source_statistics (
    source_id text NOT NULL COLLATE pg_catalog."C",
    jobs bigint DEFAULT 0 NOT NULL,
    jobs_finished bigint DEFAULT 0 NOT NULL,
    jobs_failed bigint DEFAULT 0 NOT NULL,
    jobs_aborted bigint DEFAULT 0 NOT NULL,
    datasets bigint DEFAULT 0 NOT NULL,
    last_job_id text COLLATE pg_catalog."C",
    last_ended_job_id text COLLATE pg_catalog."C",
    last_success timestamp without time zone,
    last_outcome text,
    last_kind text,
    last_done bigint,
    last_errored bigint,
    last_deleted bigint
);
CREATE UNLOGGED TABLE ops.activity (
    name text NOT NULL COLLATE pg_catalog."C",
    label text NOT NULL COLLATE pg_catalog."C",
    total bigint NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE ops.breaker (
    scope text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    failures integer NOT NULL,
    reason text DEFAULT ''::text NOT NULL,
    url text DEFAULT ''::text NOT NULL,
    changed_at timestamp with time zone DEFAULT now() NOT NULL,
    opened_at timestamp with time zone,
    closed_at timestamp with time zone,
    openings integer DEFAULT 0 NOT NULL,
    probes integer DEFAULT 0 NOT NULL,
    probe_at timestamp with time zone,
    CONSTRAINT breaker_scope_check CHECK ((scope = ANY (ARRAY['host'::text, 'target'::text])))
);
CREATE TABLE ops.bulk (
    id uuid NOT NULL,
    action text NOT NULL,
    options jsonb DEFAULT '{}'::jsonb NOT NULL,
    sources integer NOT NULL,
    datasets bigint NOT NULL,
    left_out integer NOT NULL,
    created_by text NOT NULL,
    trigger text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    confirmed_at timestamp with time zone,
    finished_at timestamp with time zone,
    confirmed_by text,
    rights_of text
);
CREATE TABLE ops.bulk_source (
    bulk_id uuid NOT NULL,
    place integer NOT NULL,
    source_id uuid NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    datasets bigint NOT NULL,
    state text NOT NULL,
    outcome text,
    reason text DEFAULT ''::text NOT NULL,
    job_id uuid
);
CREATE TABLE ops.checkpoint (
    name text NOT NULL,
    notification_id bigint NOT NULL
);
CREATE TABLE ops.ckan_organization (
    key text NOT NULL,
    shown jsonb,
    asked_at timestamp with time zone NOT NULL
);
CREATE TABLE ops.content_candidate (
    hash bytea NOT NULL
);
CREATE TABLE ops.dataset (
    source_id uuid NOT NULL,
    guid text NOT NULL COLLATE pg_catalog."C",
    package_id text,
    object_id uuid NOT NULL,
    content_hash text,
    notification_id bigint NOT NULL,
    job_number integer DEFAULT 0 NOT NULL,
    deleted boolean DEFAULT false NOT NULL,
    metadata_modified text,
    validators jsonb,
    validators_from uuid
)
WITH (fillfactor='50');
CREATE TABLE ops.dead_letter (
    topic text NOT NULL,
    partition integer NOT NULL,
    record_offset bigint NOT NULL,
    cluster_id text NOT NULL,
    value bytea,
    reason text NOT NULL,
    recorded_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE ops.hidden_dataset (
    source_id uuid NOT NULL,
    guid text NOT NULL COLLATE pg_catalog."C",
    package_id text,
    title text NOT NULL,
    due_at timestamp with time zone NOT NULL,
    object_id uuid NOT NULL,
    notification_id bigint NOT NULL,
    job_number integer NOT NULL
);
CREATE TABLE ops.host_lease (
    host text NOT NULL,
    holder text NOT NULL,
    wanted integer NOT NULL,
    granted integer NOT NULL,
    turn_at timestamp with time zone NOT NULL,
    until timestamp with time zone NOT NULL
);
CREATE UNLOGGED TABLE ops.http_latency (
    route text NOT NULL COLLATE pg_catalog."C",
    method text NOT NULL COLLATE pg_catalog."C",
    status smallint NOT NULL,
    buckets bigint[] NOT NULL,
    seconds double precision NOT NULL
)
WITH (fillfactor='50');
CREATE TABLE ops.job_progress (
    job_id uuid NOT NULL,
    source_id uuid NOT NULL,
    kind text NOT NULL,
    lane smallint NOT NULL,
    inline boolean NOT NULL,
    created_at timestamp with time zone NOT NULL,
    gather text DEFAULT 'waiting'::text NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    complete boolean DEFAULT false NOT NULL,
    full_listing boolean DEFAULT false NOT NULL,
    gather_started_at timestamp with time zone,
    gather_errors bigint DEFAULT 0 NOT NULL,
    objects bigint DEFAULT 0 NOT NULL,
    added bigint DEFAULT 0 NOT NULL,
    updated bigint DEFAULT 0 NOT NULL,
    unchanged bigint DEFAULT 0 NOT NULL,
    deleted bigint DEFAULT 0 NOT NULL,
    errored bigint DEFAULT 0 NOT NULL,
    skipped bigint DEFAULT 0 NOT NULL,
    pages_unchanged bigint DEFAULT 0 NOT NULL,
    due_at timestamp with time zone DEFAULT now() NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    sent_until timestamp with time zone,
    worker text,
    lease_until timestamp with time zone,
    deliveries integer DEFAULT 0 NOT NULL,
    expected bigint,
    moved_at timestamp with time zone DEFAULT now() NOT NULL
)
WITH (autovacuum_vacuum_scale_factor='0.05');
CREATE TABLE ops.log_count (
    job_id text NOT NULL COLLATE pg_catalog."C",
    severe boolean NOT NULL,
    said bigint NOT NULL,
    updated timestamp without time zone NOT NULL
);
CREATE TABLE ops.log_horizon (
    before timestamp without time zone NOT NULL
);
CREATE TABLE ops.membership (
    person_id uuid NOT NULL,
    organization_id uuid NOT NULL,
    role text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    by text DEFAULT ''::text NOT NULL,
    CONSTRAINT membership_role_check CHECK ((role = ANY (ARRAY['member'::text, 'editor'::text, 'admin'::text])))
);
CREATE TABLE ops.migration (
    name text NOT NULL,
    applied_at timestamp with time zone DEFAULT now()
);
CREATE TABLE ops.organization (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    title text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text DEFAULT ''::text NOT NULL
);
CREATE TABLE ops.outbox (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    job_id uuid NOT NULL,
    source_id uuid NOT NULL,
    channel text NOT NULL,
    recipient text NOT NULL,
    kind text NOT NULL,
    payload jsonb NOT NULL,
    event_number bigint NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    due_at timestamp with time zone,
    try_until timestamp with time zone NOT NULL,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    sent_at timestamp with time zone,
    given_up_at timestamp with time zone,
    CONSTRAINT outbox_channel_check CHECK ((channel = ANY (ARRAY['mail'::text, 'webhook'::text])))
)
WITH (fillfactor='80');
CREATE TABLE ops.package_mark (
    package_id text NOT NULL COLLATE pg_catalog."C",
    extras jsonb NOT NULL
);
CREATE TABLE ops.pause (
    scope text NOT NULL,
    name text DEFAULT ''::text NOT NULL,
    until timestamp with time zone,
    since timestamp with time zone DEFAULT now() NOT NULL,
    by text DEFAULT ''::text NOT NULL,
    CONSTRAINT pause_scope_check CHECK ((scope = ANY (ARRAY['all'::text, 'host'::text, 'target'::text])))
);
CREATE TABLE ops.person (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    name text NOT NULL COLLATE pg_catalog."C",
    title text DEFAULT ''::text NOT NULL,
    email text DEFAULT ''::text NOT NULL,
    sysadmin boolean DEFAULT false NOT NULL,
    active boolean DEFAULT true NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text DEFAULT ''::text NOT NULL,
    password text DEFAULT ''::text NOT NULL
);
CREATE TABLE ops.projection_request (
    id bigint NOT NULL,
    projection text NOT NULL,
    mode text NOT NULL,
    asked_at timestamp with time zone DEFAULT now() NOT NULL,
    asked_by text NOT NULL,
    begun_at timestamp with time zone,
    ended_at timestamp with time zone,
    report jsonb,
    error text DEFAULT ''::text NOT NULL
);
ALTER TABLE ops.projection_request ALTER COLUMN id ADD GENERATED ALWAYS AS IDENTITY (
    SEQUENCE NAME ops.projection_request_id_seq
    START WITH 1
    INCREMENT BY 1
    NO MINVALUE
    NO MAXVALUE
    CACHE 1
);
CREATE TABLE ops.read_version (
    number bigint NOT NULL
)
WITH (fillfactor='50');
CREATE UNLOGGED TABLE ops.rebuild (
    projection text NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    step text NOT NULL,
    events bigint NOT NULL,
    done bigint DEFAULT 0 NOT NULL
);
CREATE TABLE ops.retained_job (
    source_id uuid NOT NULL,
    job_id uuid NOT NULL
);
CREATE TABLE ops.retention (
    source_id uuid NOT NULL,
    version bigint NOT NULL,
    looked_at timestamp with time zone NOT NULL
);
CREATE TABLE ops.secret_key (
    key_id text NOT NULL,
    host text NOT NULL,
    current boolean NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE ops.site (
    one boolean DEFAULT true NOT NULL,
    site_id text NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    CONSTRAINT site_one_check CHECK (one)
);
CREATE TABLE ops.snapshot (
    originator_id uuid NOT NULL,
    class_version integer NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL,
    state bytea NOT NULL
);
CREATE TABLE ops.source_dataset (
    source_id uuid NOT NULL,
    wanted bigint NOT NULL,
    due_at timestamp with time zone,
    attempts integer DEFAULT 0 NOT NULL,
    error text,
    stored_at timestamp with time zone
)
WITH (fillfactor='70');
CREATE TABLE ops.subscription (
    recipient text NOT NULL,
    source_id uuid NOT NULL,
    wants boolean NOT NULL,
    since timestamp with time zone DEFAULT now() NOT NULL,
    by text DEFAULT ''::text NOT NULL
);
CREATE TABLE ops.token (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    hash bytea NOT NULL,
    person_id uuid,
    name text NOT NULL,
    scope text[] NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    created_by text DEFAULT ''::text NOT NULL,
    expires_at timestamp with time zone,
    revoked_at timestamp with time zone,
    revoked_by text DEFAULT ''::text NOT NULL,
    last_used_at timestamp with time zone
);
CREATE TABLE ops.web_form (
    hash bytea NOT NULL,
    sealed bytea,
    begun_at timestamp with time zone DEFAULT now() NOT NULL
);
CREATE TABLE ops.web_session (
    id uuid DEFAULT gen_random_uuid() NOT NULL,
    hash bytea NOT NULL,
    name text NOT NULL,
    person_id uuid,
    token_id uuid,
    sealed bytea,
    browser text DEFAULT ''::text NOT NULL,
    created_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    ends_at timestamp with time zone NOT NULL
);
CREATE TABLE ops.work (
    object_id uuid NOT NULL,
    job_id uuid NOT NULL,
    due_at timestamp with time zone NOT NULL,
    attempt integer DEFAULT 0 NOT NULL,
    sent boolean DEFAULT false NOT NULL,
    epoch integer DEFAULT 0 NOT NULL,
    worker text,
    lease_until timestamp with time zone,
    deliveries integer DEFAULT 0 NOT NULL,
    lost boolean GENERATED ALWAYS AS (((deliveries > 3) AND (NOT sent))) STORED NOT NULL
)
WITH (fillfactor='60', autovacuum_vacuum_scale_factor='0.05');
CREATE UNLOGGED TABLE ops.worker (
    worker text NOT NULL,
    role text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamp with time zone DEFAULT now() NOT NULL,
    seen_at timestamp with time zone DEFAULT now() NOT NULL,
    threads integer DEFAULT 0 NOT NULL,
    busy integer DEFAULT 0 NOT NULL,
    oldest_since timestamp with time zone,
    state jsonb DEFAULT '{}'::jsonb NOT NULL
)
WITH (fillfactor='50');
CREATE UNLOGGED TABLE ops.wrong_password (
    hash bytea NOT NULL,
    tries_left double precision NOT NULL,
    as_of timestamp with time zone DEFAULT now() NOT NULL
);
INSERT INTO catalogue.facet_change OVERRIDING SYSTEM VALUE VALUES
	(1, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(2, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(3, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(4, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(5, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(6, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(7, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(8, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(9, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(10, -1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(11, -1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(12, -1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(13, -1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(14, -1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(15, -1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(16, -1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(17, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(18, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(19, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(20, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(21, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(22, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}'),
	(23, 1, '{harvest_source_id:b1e00147-6fc9-4736-b78e-2dbd90e66a4e,organization:amt,res_format:CSV,tags:golden}');
INSERT INTO catalogue.package VALUES
	('00000000-0000-4000-8000-000000000001', 'dataset-1', 'active', 'Dataset 1, version 1', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000001', 'b5853fbe-0000-801b-b077-bf91a7946cc5', '5834ec9b0a6a7d5eb468703613ea2b784ffb9e0a959640c91361ea06ea868ef4', '{"id": "00000000-0000-4000-8000-000000000001", "name": "dataset-1", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 1, version 1", "extras": [], "owner_org": "amt", "resources": [{"id": "r-1", "url": "https://example.org/1.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.708853+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city'),
	('00000000-0000-4000-8000-000000000000', 'dataset-0', 'active', 'Dataset 0, version 3', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000000', 'b5853fbe-0000-803d-8b49-8a346306612f', '5b71bc3292662e44efbe7375db066d7ddcabc91e2aa4247c533c99113dbdcf43', '{"id": "00000000-0000-4000-8000-000000000000", "name": "dataset-0", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 0, version 3", "extras": [], "owner_org": "amt", "resources": [{"id": "r-0", "url": "https://example.org/0.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:03"}', '2026-11-28 07:15:09.706401+00', '2026-01-01 00:00:03+00', DEFAULT, 'The city of today'),
	('00000000-0000-4000-8000-000000000002', 'dataset-2', 'active', 'Dataset 2, version 1', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000002', 'b5853fbf-0000-8054-81c4-27c4860e274f', '022981b4072557976b44a1116f3eadf7b650bea10fed712645ac0a182fa4454c', '{"id": "00000000-0000-4000-8000-000000000002", "name": "dataset-2", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 2, version 1", "extras": [], "owner_org": "amt", "resources": [{"id": "r-2", "url": "https://example.org/2.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.7167+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city of today'),
	('00000000-0000-4000-8000-000000000005', 'dataset-5', 'active', 'Dataset 5, version 1', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000005', 'b5853fbf-0000-8056-8974-1208232badf8', 'adb52329bf62373f854e434268f3c516eb598b38fb677e0c9e57cb9e5b7ede3a', '{"id": "00000000-0000-4000-8000-000000000005", "name": "dataset-5", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 5, version 1", "extras": [], "owner_org": "amt", "resources": [{"id": "r-5", "url": "https://example.org/5.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.714449+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city of today'),
	('00000000-0000-4000-8000-000000000003', 'dataset-3', 'active', 'Dataset 3, version 1', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000003', 'b5853fbf-0000-8056-a9d1-d844d2ace8a0', 'ab07b4000e826bb50f9fe0d01f0f091b1180768e076d69f245559a46b3f5b76a', '{"id": "00000000-0000-4000-8000-000000000003", "name": "dataset-3", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 3, version 1", "extras": [], "owner_org": "amt", "resources": [{"id": "r-3", "url": "https://example.org/3.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.696922+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city of today'),
	('00000000-0000-4000-8000-000000000006', 'dataset-6', 'active', 'Dataset 6, version 1', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000006', 'b5853fbf-0000-8058-9550-919ebb0f8ecd', '5eb683696d82bbf32a72b9d7957cb70323a9030deaf49228b760fa148d767a02', '{"id": "00000000-0000-4000-8000-000000000006", "name": "dataset-6", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 6, version 1", "extras": [], "owner_org": "amt", "resources": [{"id": "r-6", "url": "https://example.org/6.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.711795+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city of today'),
	('00000000-0000-4000-8000-000000000004', 'dataset-4', 'active', 'Dataset 4, version 1', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000004', 'b5853fbf-0000-805a-898a-8c36623c7cd2', '34fce35b2ada81f415d2095eff066fb0cc374aea31fe35937f0f653a05808b36', '{"id": "00000000-0000-4000-8000-000000000004", "name": "dataset-4", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 4, version 1", "extras": [], "owner_org": "amt", "resources": [{"id": "r-4", "url": "https://example.org/4.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.701277+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city of today'),
	('00000000-0000-4000-8000-000000000007', 'dataset-7', 'active', 'Dataset 7, version 1', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000007', 'b5853fbf-0000-805e-a5e9-781ccb04f305', 'bfdd0065c45015136ebfe6bff85ce6d58c4bdc86aad84e426971e8b610df0066', '{"id": "00000000-0000-4000-8000-000000000007", "name": "dataset-7", "tags": [{"name": "golden"}], "state": "active", "title": "Dataset 7, version 1", "extras": [], "owner_org": "amt", "resources": [{"id": "r-7", "url": "https://example.org/7.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.703956+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city of today'),
	('00000000-0000-4000-8000-000000000008', '00000000-0000-4000-8000-000000000008', 'active', '00000000-0000-4000-8000-000000000008', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000008', 'b5853fbf-0000-8059-81ae-c0f6623a21aa', '0136609ca898b6ec7a7a1320b7ad39522c0b959a3f1988306631eaa84d09529c', '{"id": "00000000-0000-4000-8000-000000000008", "name": "00000000-0000-4000-8000-000000000008", "tags": [{"name": "golden"}], "state": "active", "title": "00000000-0000-4000-8000-000000000008", "extras": [], "owner_org": "amt", "resources": [{"id": "r-8", "url": "https://example.org/8.csv", "name": "List", "format": "CSV"}], "metadata_modified": "2026-01-01T00:00:01"}', '2026-11-28 07:15:09.833048+00', '2026-01-01 00:00:01+00', DEFAULT, 'The city of today');
INSERT INTO content.document VALUES
	('\x022981b4072557976b44a1116f3eadf7b650bea10fed712645ac0a182fa4454c', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d32222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d32222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f322e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420322c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\x34fce35b2ada81f415d2095eff066fb0cc374aea31fe35937f0f653a05808b36', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d34222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d34222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f342e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420342c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\x5834ec9b0a6a7d5eb468703613ea2b784ffb9e0a959640c91361ea06ea868ef4', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303031222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d31222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d31222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f312e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420312c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\x5eb683696d82bbf32a72b9d7957cb70323a9030deaf49228b760fa148d767a02', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d36222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d36222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f362e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420362c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\xab07b4000e826bb50f9fe0d01f0f091b1180768e076d69f245559a46b3f5b76a', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d33222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d33222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f332e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420332c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\xadb52329bf62373f854e434268f3c516eb598b38fb677e0c9e57cb9e5b7ede3a', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d35222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d35222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f352e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420352c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\xbfdd0065c45015136ebfe6bff85ce6d58c4bdc86aad84e426971e8b610df0066', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d37222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d37222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f372e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420372c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\xd769e7cf543b62979f63eaf8184dba3104748d766e4a5c41aa6503549cddcf52', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22646174617365742d30222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d30222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f302e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420302c2076657273696f6e2031227d', true, '2026-11-28 07:15:09.667728+00', '2026-11-28 07:15:09.667728+00'),
	('\x0136609ca898b6ec7a7a1320b7ad39522c0b959a3f1988306631eaa84d09529c', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c226e616d65223a22222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d38222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f382e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a6e756c6c7d', true, '2026-11-28 07:15:09.808284+00', '2026-11-28 07:15:09.808284+00'),
	('\x807c3c367ad5441473780d0ce1c812004f00259471d03c44afcad4286cdbd879', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3032222c226e616d65223a22646174617365742d30222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d30222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f302e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420302c2076657273696f6e2032227d', true, '2026-11-28 07:15:09.808284+00', '2026-11-28 07:15:09.808284+00'),
	('\x5b71bc3292662e44efbe7375db066d7ddcabc91e2aa4247c533c99113dbdcf43', '\x7b22657874726173223a5b5d2c226964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3033222c226e616d65223a22646174617365742d30222c227265736f7572636573223a5b7b22666f726d6174223a22435356222c226964223a22722d30222c226e616d65223a224c697374222c2275726c223a2268747470733a2f2f6578616d706c652e6f72672f302e637376227d5d2c227374617465223a22616374697665222c2274616773223a5b7b226e616d65223a22676f6c64656e227d5d2c227469746c65223a224461746173657420302c2076657273696f6e2033227d', true, '2026-11-28 07:15:09.925232+00', '2026-11-28 07:15:09.925232+00');
INSERT INTO events.stored_event OVERRIDING SYSTEM VALUE VALUES
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3431373930375a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a2263697479222c227469746c65223a225468652063697479222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e313a3336343637222c2274797065223a22636b616e222c22636f6e666967223a227b5c226170695f6b65795c223a205c22656e632e312e63666339326465622e304245497a6577565f336359544e384d787352416b5874475f484463484b374e5c222c205c22686f6c645f64656c6574696f6e735f70657263656e745c223a2031302c205c22686f6c645f64656c6574696f6e735f636f756e745c223a20307d222c226672657175656e6379223a224441494c59222c226f776e65725f6f7267223a22616d74222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 1, '2026-11-28 07:15:09.420885+00'),
	('12f46647-61ec-580c-9dd4-03c6f9946241', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3431353936375a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a63697479222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465227d', 2, '2026-11-28 07:15:09.421094+00'),
	('32e4e6a7-03d6-5fb7-a060-18e4804bf1b8', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3431373734335a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e313a33363436377c7b5c226170695f6b65795c223a205c22656e632e312e63666339326465622e304245497a6577565f336359544e384d787352416b5874475f484463484b374e5c222c205c22686f6c645f64656c6574696f6e735f70657263656e745c223a2031302c205c22686f6c645f64656c6574696f6e735f636f756e745c223a20307d222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465227d', 3, '2026-11-28 07:15:09.421127+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3630333630325a222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 4, '2026-11-28 07:15:09.605024+00'),
	('57c5548b-7bc9-4e69-a893-71e701b2500e', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3630333639305a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a66616c73652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 5, '2026-11-28 07:15:09.605077+00'),
	('57c5548b-7bc9-4e69-a893-71e701b2500e', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3632303531315a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 6, '2026-11-28 07:15:09.621557+00'),
	('57c5548b-7bc9-4e69-a893-71e701b2500e', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c22637572736f72223a22222c226761746865726564223a382c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 7, '2026-11-28 07:15:09.674418+00'),
	('57c5548b-7bc9-4e69-a893-71e701b2500e', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323333395a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a382c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a30382b30303a3030222c226d656d6f7279223a7b2266756c6c223a22323032362d31312d32385430373a31353a30392e3630353037372b30303a3030227d2c22636c6173735f76657273696f6e223a337d', 8, '2026-11-28 07:15:09.674486+00'),
	('b5853fbe-0000-8019-96c5-097c55ab37b6', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2262666464303036356334353031353133366562666536626666383563653664353863346264633836616164383465343236393731653862363130646630303636222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 9, '2026-11-28 07:15:09.674498+00'),
	('b5853fbe-0000-801e-944c-1ce268acf6bb', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2235656236383336393664383262626633326137326239643739353763623730333233613930333064656166343932323862373630666131343864373637613032222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 10, '2026-11-28 07:15:09.674505+00'),
	('b5853fbe-0000-8014-9bf0-0bb9f90aa298', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2233346663653335623261646138316634313564323039356566663036366662306363333734616561333166653335393337663066363533613035383038623336222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 11, '2026-11-28 07:15:09.674511+00'),
	('b5853fbe-0000-801b-b077-bf91a7946cc5', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303031222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2235383334656339623061366137643565623436383730333631336561326237383466666239653061393539363430633931333631656130366561383638656634222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 12, '2026-11-28 07:15:09.674518+00'),
	('b5853fbe-0000-801e-a9f8-c265eaf2fd29', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2261646235323332396266363233373366383534653433343236386633633531366562353938623338666236373765306339653537636239653562376564653361222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 13, '2026-11-28 07:15:09.674524+00'),
	('b5853fbe-0000-8014-91f7-744d32f3fe18', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2261623037623430303065383236626235306639666530643031663066303931623131383037363865303736643639663234353535396134366233663562373661222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 14, '2026-11-28 07:15:09.67453+00'),
	('b5853fbe-0000-801f-b6ea-e878cf83b242', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2230323239383162343037323535373937366234346131313136663365616466376236353062656131306665643731323634356163306131383266613434353463222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 15, '2026-11-28 07:15:09.674536+00'),
	('b5853fbe-0000-801a-b924-9ca64d438620', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3637323033355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2264373639653763663534336236323937396636336561663831383464626133313034373438643736366534613563343161613635303335343963646463663532222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 16, '2026-11-28 07:15:09.674542+00'),
	('b5853fbe-0000-8014-91f7-744d32f3fe18', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3639393830345a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2261623037623430303065383236626235306639666530643031663066303931623131383037363865303736643639663234353535396134366233663562373661222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 17, '2026-11-28 07:15:09.720155+00'),
	('b5853fbe-0000-8014-9bf0-0bb9f90aa298', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3730323637365a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2233346663653335623261646138316634313564323039356566663036366662306363333734616561333166653335393337663066363533613035383038623336222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 18, '2026-11-28 07:15:09.720217+00'),
	('b5853fbe-0000-8019-96c5-097c55ab37b6', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3730353133375a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2262666464303036356334353031353133366562666536626666383563653664353863346264633836616164383465343236393731653862363130646630303636222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 19, '2026-11-28 07:15:09.720227+00'),
	('b5853fbe-0000-801a-b924-9ca64d438620', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3730373637325a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2264373639653763663534336236323937396636336561663831383464626133313034373438643736366534613563343161613635303335343963646463663532222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 20, '2026-11-28 07:15:09.720234+00'),
	('b5853fbe-0000-801b-b077-bf91a7946cc5', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3731303131355a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303031222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303031222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2235383334656339623061366137643565623436383730333631336561326237383466666239653061393539363430633931333631656130366561383638656634222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 21, '2026-11-28 07:15:09.72024+00'),
	('b5853fbe-0000-801e-944c-1ce268acf6bb', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3731333037355a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2235656236383336393664383262626633326137326239643739353763623730333233613930333064656166343932323862373630666131343864373637613032222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 22, '2026-11-28 07:15:09.721526+00'),
	('b5853fbe-0000-801e-a9f8-c265eaf2fd29', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3731353431365a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2261646235323332396266363233373366383534653433343236386633633531366562353938623338666236373765306339653537636239653562376564653361222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 23, '2026-11-28 07:15:09.721534+00'),
	('b5853fbe-0000-801f-b6ea-e878cf83b242', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3731373731395a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2230323239383162343037323535373937366234346131313136663365616466376236353062656131306665643731323634356163306131383266613434353463222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 24, '2026-11-28 07:15:09.72154+00'),
	('57c5548b-7bc9-4e69-a893-71e701b2500e', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3734313932325a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a387d2c2273746174697374696373223a7b226f626a65637473223a382c226164646564223a387d2c22636c6173735f76657273696f6e223a327d', 25, '2026-11-28 07:15:09.743619+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 3, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3734323130375a222c226a6f625f6964223a2235376335353438622d376263392d346536392d613839332d373165373031623235303065222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a30382b30303a3030222c226d656d6f7279223a7b2266756c6c223a22323032362d31312d32385430373a31353a30392e3630353037372b30303a3030227d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 26, '2026-11-28 07:15:09.743739+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 4, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3737373139395a222c226a6f625f6964223a2231636139643632352d626334382d346635362d393537392d323662303363616538633132222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 27, '2026-11-28 07:15:09.778031+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3737373236345a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a747275652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a322c22736f757263655f76657273696f6e223a342c22636c6173735f76657273696f6e223a327d', 28, '2026-11-28 07:15:09.778098+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3739343931365a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 29, '2026-11-28 07:15:09.795643+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831303139395a222c22637572736f72223a2268656c64222c226761746865726564223a322c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 30, '2026-11-28 07:15:09.811126+00'),
	('b5853fbe-0000-8025-a532-7b38302b5018', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831303139395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231636139643632352d626334382d346635362d393537392d323662303363616538633132222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 31, '2026-11-28 07:15:09.811178+00'),
	('b5853fbe-0000-8025-a532-7b38302b5018', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831303339365a222c22726561736f6e223a2268656c64227d', 32, '2026-11-28 07:15:09.811188+00'),
	('b5853fbe-0000-802a-8522-2e8908bc6fdd', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831303139395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231636139643632352d626334382d346635362d393537392d323662303363616538633132222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 33, '2026-11-28 07:15:09.811195+00'),
	('b5853fbe-0000-802a-8522-2e8908bc6fdd', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831303436375a222c22726561736f6e223a2268656c64227d', 34, '2026-11-28 07:15:09.811202+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 4, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831323834345a222c22637572736f72223a22222c226761746865726564223a322c22756e6368616e676564223a352c22636c6173735f76657273696f6e223a327d', 35, '2026-11-28 07:15:09.813859+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 5, 'job.deletions_held', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831333033325a222c226775696473223a322c226b6e6f776e223a387d', 36, '2026-11-28 07:15:09.813919+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 6, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831333131395a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a342c22756e6368616e676564223a352c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a30382b30303a3030222c226d656d6f7279223a7b2266756c6c223a22323032362d31312d32385430373a31353a30392e3737383039382b30303a3030227d2c22636c6173735f76657273696f6e223a337d', 37, '2026-11-28 07:15:09.813938+00'),
	('b5853fbe-0000-802e-9c5c-65db0f6a9342', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831323834345a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231636139643632352d626334382d346635362d393537392d323662303363616538633132222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2230313336363039636138393862366563376137613133323062376164333935323263306239353961336631393838333036363331656161383464303935323963222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 38, '2026-11-28 07:15:09.81395+00'),
	('b5853fbe-0000-8021-a20e-9b2e6b93bb5c', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3831323834345a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231636139643632352d626334382d346635362d393537392d323662303363616538633132222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c22616374696f6e223a226368616e6765222c22636f6e74656e745f68617368223a2238303763336333363761643534343134373337383064306365316338313230303466303032353934373164303363343461666361643432383663646264383739222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3032222c22617474656d7074223a317d', 39, '2026-11-28 07:15:09.813962+00'),
	('b5853fbe-0000-8021-a20e-9b2e6b93bb5c', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3833313539315a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c22737461747573223a2275706461746564222c22636f6e74656e745f68617368223a2238303763336333363761643534343134373337383064306365316338313230303466303032353934373164303363343461666361643432383663646264383739222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3032222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 40, '2026-11-28 07:15:09.836376+00'),
	('b5853fbe-0000-802e-9c5c-65db0f6a9342', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3833353237325a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2230313336363039636138393862366563376137613133323062376164333935323263306239353961336631393838333036363331656161383464303935323963222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 41, '2026-11-28 07:15:09.836431+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 7, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3834393135345a222c226f7574636f6d65223a2268656c64222c22636f756e7473223a7b226164646564223a312c2275706461746564223a312c226e6f74206d6f646966696564223a377d2c2273746174697374696373223a7b226f626a65637473223a342c226164646564223a312c2275706461746564223a312c2270616765735f756e6368616e676564223a352c22736b6970706564223a327d2c22636c6173735f76657273696f6e223a327d', 42, '2026-11-28 07:15:09.849863+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 5, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3834393232385a222c226a6f625f6964223a2231636139643632352d626334382d346635362d393537392d323662303363616538633132222c226f7574636f6d65223a2268656c64222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a30382b30303a3030222c226d656d6f7279223a7b2266756c6c223a22323032362d31312d32385430373a31353a30392e3737383039382b30303a3030227d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 43, '2026-11-28 07:15:09.849924+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 6, 'source.changed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3836373237315a222c226368616e676573223a7b227469746c65223a5b225468652063697479222c225468652063697479206f6620746f646179225d7d2c226279223a22636c69222c2272657365616c6564223a66616c73652c22636c6173735f76657273696f6e223a327d', 44, '2026-11-28 07:15:09.868106+00'),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 8, 'job.deletions_rejected', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3838363431305a222c226279223a22636c69227d', 45, '2026-11-28 07:15:09.886895+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 7, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3930323331385a222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 46, '2026-11-28 07:15:09.902949+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3930323336385a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a747275652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a332c22736f757263655f76657273696f6e223a372c22636c6173735f76657273696f6e223a327d', 47, '2026-11-28 07:15:09.903053+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3931333832375a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 48, '2026-11-28 07:15:09.914324+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c22637572736f72223a2268656c64222c226761746865726564223a372c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 49, '2026-11-28 07:15:09.927776+00'),
	('b5853fbe-0000-803f-b374-d166be303d67', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 50, '2026-11-28 07:15:09.927818+00');
INSERT INTO events.stored_event OVERRIDING SYSTEM VALUE VALUES
	('b5853fbe-0000-803f-b374-d166be303d67', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932373032395a222c22726561736f6e223a2268656c64227d', 51, '2026-11-28 07:15:09.927825+00'),
	('b5853fbe-0000-8038-afff-67ec28e6421e', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 52, '2026-11-28 07:15:09.92783+00'),
	('b5853fbe-0000-8038-afff-67ec28e6421e', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932373035365a222c22726561736f6e223a2268656c64227d', 53, '2026-11-28 07:15:09.927834+00'),
	('b5853fbe-0000-803b-b90f-65b77d845dba', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 54, '2026-11-28 07:15:09.927838+00'),
	('b5853fbe-0000-803b-b90f-65b77d845dba', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932373037345a222c22726561736f6e223a2268656c64227d', 55, '2026-11-28 07:15:09.927842+00'),
	('b5853fbe-0000-8030-a472-b02a32c3c4d2', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 56, '2026-11-28 07:15:09.927845+00'),
	('b5853fbe-0000-8030-a472-b02a32c3c4d2', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932373038395a222c22726561736f6e223a2268656c64227d', 57, '2026-11-28 07:15:09.927849+00'),
	('b5853fbe-0000-8037-9e4a-c81a5cc0d4b4', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 58, '2026-11-28 07:15:09.927853+00'),
	('b5853fbe-0000-8037-9e4a-c81a5cc0d4b4', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932373130325a222c22726561736f6e223a2268656c64227d', 59, '2026-11-28 07:15:09.927857+00'),
	('b5853fbe-0000-8033-b901-9f334dfd3525', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 60, '2026-11-28 07:15:09.927861+00'),
	('b5853fbe-0000-8033-b901-9f334dfd3525', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932373131345a222c22726561736f6e223a2268656c64227d', 61, '2026-11-28 07:15:09.927864+00'),
	('b5853fbe-0000-803f-a103-e07dbf6c423e', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932363933325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 62, '2026-11-28 07:15:09.927868+00'),
	('b5853fbe-0000-803f-a103-e07dbf6c423e', 2, 'object.skipped', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932373132365a222c22726561736f6e223a2268656c64227d', 63, '2026-11-28 07:15:09.927871+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 4, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932393137325a222c22637572736f72223a22222c226761746865726564223a312c22756e6368616e676564223a312c22636c6173735f76657273696f6e223a327d', 64, '2026-11-28 07:15:09.929758+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 5, 'job.deletions_held', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932393233315a222c226775696473223a372c226b6e6f776e223a397d', 65, '2026-11-28 07:15:09.930082+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 6, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932393237315a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a382c22756e6368616e676564223a312c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a30382b30303a3030222c226d656d6f7279223a7b2266756c6c223a22323032362d31312d32385430373a31353a30392e3930333035332b30303a3030227d2c22636c6173735f76657273696f6e223a337d', 66, '2026-11-28 07:15:09.930095+00'),
	('b5853fbe-0000-803d-8b49-8a346306612f', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3932393137325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c22616374696f6e223a226368616e6765222c22636f6e74656e745f68617368223a2235623731626333323932363632653434656662653733373564623036366437646463616263393165326161343234376335333363393931313364626463663433222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3033222c22617474656d7074223a317d', 67, '2026-11-28 07:15:09.930101+00'),
	('b5853fbe-0000-803d-8b49-8a346306612f', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3935303632315a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303030222c22737461747573223a2275706461746564222c22636f6e74656e745f68617368223a2235623731626333323932363632653434656662653733373564623036366437646463616263393165326161343234376335333363393931313364626463663433222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3033222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 68, '2026-11-28 07:15:09.95176+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 7, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3936343934315a222c226f7574636f6d65223a2268656c64222c22636f756e7473223a7b2275706461746564223a312c226e6f74206d6f646966696564223a387d2c2273746174697374696373223a7b226f626a65637473223a382c2275706461746564223a312c2270616765735f756e6368616e676564223a312c22736b6970706564223a377d2c22636c6173735f76657273696f6e223a327d', 69, '2026-11-28 07:15:09.965739+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 8, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3936353033335a222c226a6f625f6964223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539222c226f7574636f6d65223a2268656c64222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a30382b30303a3030222c226d656d6f7279223a7b2266756c6c223a22323032362d31312d32385430373a31353a30392e3930333035332b30303a3030227d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 70, '2026-11-28 07:15:09.965821+00'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 8, 'job.deletions_approved', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3938363030315a222c226279223a22636c69227d', 71, '2026-11-28 07:15:09.98696+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 9, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3938363130325a222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c226b696e64223a2272656d6f76616c222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 72, '2026-11-28 07:15:09.987019+00'),
	('89155e7d-1d89-52c0-b44c-eb44db3a517c', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a30392e3938363135355a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c226b696e64223a2272656d6f76616c222c2274726967676572223a22636c69222c226279223a22636c69222c226f7074696f6e73223a7b2268656c645f6a6f62223a2264336537666331612d333961342d343731632d613035632d373134646434376163316539227d2c226e756d626572223a342c22736f757263655f76657273696f6e223a392c22636c6173735f76657273696f6e223a327d', 73, '2026-11-28 07:15:09.98703+00'),
	('89155e7d-1d89-52c0-b44c-eb44db3a517c', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3030393139335a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 74, '2026-11-28 07:15:10.010014+00'),
	('89155e7d-1d89-52c0-b44c-eb44db3a517c', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c22637572736f72223a2272656d6f766564222c226761746865726564223a372c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 75, '2026-11-28 07:15:10.024644+00'),
	('b5853fbe-0000-8046-aede-665e293e1d55', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 76, '2026-11-28 07:15:10.024703+00'),
	('b5853fbe-0000-804b-a6b0-d0d46c238adb', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 77, '2026-11-28 07:15:10.024837+00'),
	('b5853fbe-0000-8042-b727-4d6b2a1b718e', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 78, '2026-11-28 07:15:10.024845+00'),
	('b5853fbe-0000-804c-ae8c-99ef6c6316da', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 79, '2026-11-28 07:15:10.024851+00'),
	('b5853fbe-0000-8042-9400-93141009ce76', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 80, '2026-11-28 07:15:10.024857+00'),
	('b5853fbe-0000-804c-a2e5-c9a78f1f0334', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 81, '2026-11-28 07:15:10.024864+00'),
	('b5853fbe-0000-8043-be49-d22e70e63b93', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032333636395a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 82, '2026-11-28 07:15:10.02487+00'),
	('89155e7d-1d89-52c0-b44c-eb44db3a517c', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3032363230335a222c22636f6d706c657465223a747275652c2266756c6c223a66616c73652c226761746865726564223a372c22756e6368616e676564223a302c2264656c6574696f6e73223a372c227365656e5f73696e6365223a6e756c6c2c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 83, '2026-11-28 07:15:10.027133+00'),
	('b5853fbe-0000-8042-9400-93141009ce76', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3035393236335a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a224461746173657420342c2076657273696f6e2031227d', 84, '2026-11-28 07:15:10.086346+00'),
	('b5853fbe-0000-8042-9400-93141009ce76', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3035393335345a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 85, '2026-11-28 07:15:10.086412+00'),
	('b5853fbe-0000-8042-b727-4d6b2a1b718e', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3036323130335a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a224461746173657420362c2076657273696f6e2031227d', 86, '2026-11-28 07:15:10.086422+00'),
	('b5853fbe-0000-8042-b727-4d6b2a1b718e', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3036323134365a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 87, '2026-11-28 07:15:10.08643+00'),
	('b5853fbe-0000-8043-be49-d22e70e63b93', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3036373339305a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a224461746173657420322c2076657273696f6e2031227d', 88, '2026-11-28 07:15:10.086436+00'),
	('b5853fbe-0000-8043-be49-d22e70e63b93', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3036373433335a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 89, '2026-11-28 07:15:10.086442+00'),
	('b5853fbe-0000-8046-aede-665e293e1d55', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3037303637335a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a224461746173657420352c2076657273696f6e2031227d', 90, '2026-11-28 07:15:10.086447+00'),
	('b5853fbe-0000-8046-aede-665e293e1d55', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3037303731345a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 91, '2026-11-28 07:15:10.086453+00'),
	('b5853fbe-0000-804b-a6b0-d0d46c238adb', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3037343635315a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a224461746173657420372c2076657273696f6e2031227d', 92, '2026-11-28 07:15:10.086459+00'),
	('b5853fbe-0000-804b-a6b0-d0d46c238adb', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3037343639315a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 93, '2026-11-28 07:15:10.086464+00'),
	('b5853fbe-0000-804c-a2e5-c9a78f1f0334', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3038313635365a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038227d', 94, '2026-11-28 07:15:10.08647+00'),
	('b5853fbe-0000-804c-a2e5-c9a78f1f0334', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3038313639375a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 95, '2026-11-28 07:15:10.086476+00'),
	('b5853fbe-0000-804c-ae8c-99ef6c6316da', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3038343630325a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a224461746173657420332c2076657273696f6e2031227d', 96, '2026-11-28 07:15:10.086482+00'),
	('b5853fbe-0000-804c-ae8c-99ef6c6316da', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3038343633375a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 97, '2026-11-28 07:15:10.086488+00'),
	('89155e7d-1d89-52c0-b44c-eb44db3a517c', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3131313632385a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b2264656c65746564223a377d2c2273746174697374696373223a7b226f626a65637473223a372c2264656c65746564223a377d2c22636c6173735f76657273696f6e223a327d', 98, '2026-11-28 07:15:10.112993+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 10, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3131313730365a222c226a6f625f6964223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a6e756c6c2c226d656d6f7279223a6e756c6c2c2266756c6c223a66616c73652c22636c6173735f76657273696f6e223a337d', 99, '2026-11-28 07:15:10.113126+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 11, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3135303831315a222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c226b696e64223a22756e646f222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 100, '2026-11-28 07:15:10.152213+00');
INSERT INTO events.stored_event OVERRIDING SYSTEM VALUE VALUES
	('1127e499-985e-4dfe-b471-8ac8811f1733', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3135303837355a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c226b696e64223a22756e646f222c2274726967676572223a22636c69222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f696d706f7274223a747275652c22776974686f75745f6665746368223a747275652c22756e646f5f6f66223a2238393135356537642d316438392d353263302d623434632d656234346462336135313763222c22726561736f6e223a22746f6f206d756368206174206f6e6365227d2c226e756d626572223a352c22736f757263655f76657273696f6e223a31312c22636c6173735f76657273696f6e223a327d', 101, '2026-11-28 07:15:10.152284+00'),
	('1127e499-985e-4dfe-b471-8ac8811f1733', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3137353830335a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 102, '2026-11-28 07:15:10.176862+00'),
	('1127e499-985e-4dfe-b471-8ac8811f1733', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c22637572736f72223a22222c226761746865726564223a372c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 103, '2026-11-28 07:15:10.190394+00'),
	('b5853fbf-0000-805a-898a-8c36623c7cd2', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2233346663653335623261646138316634313564323039356566663036366662306363333734616561333166653335393337663066363533613035383038623336222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 104, '2026-11-28 07:15:10.190457+00'),
	('b5853fbf-0000-8058-9550-919ebb0f8ecd', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2235656236383336393664383262626633326137326239643739353763623730333233613930333064656166343932323862373630666131343864373637613032222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 105, '2026-11-28 07:15:10.190468+00'),
	('b5853fbf-0000-8054-81c4-27c4860e274f', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2230323239383162343037323535373937366234346131313136663365616466376236353062656131306665643731323634356163306131383266613434353463222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 106, '2026-11-28 07:15:10.190475+00'),
	('b5853fbf-0000-8056-8974-1208232badf8', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2261646235323332396266363233373366383534653433343236386633633531366562353938623338666236373765306339653537636239653562376564653361222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 107, '2026-11-28 07:15:10.190481+00'),
	('b5853fbf-0000-805e-a5e9-781ccb04f305', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2262666464303036356334353031353133366562666536626666383563653664353863346264633836616164383465343236393731653862363130646630303636222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 108, '2026-11-28 07:15:10.190487+00'),
	('b5853fbf-0000-8059-81ae-c0f6623a21aa', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2230313336363039636138393862366563376137613133323062376164333935323263306239353961336631393838333036363331656161383464303935323963222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 109, '2026-11-28 07:15:10.190493+00'),
	('b5853fbf-0000-8056-a9d1-d844d2ace8a0', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3138393237305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a2261623037623430303065383236626235306639666530643031663066303931623131383037363865303736643639663234353535396134366233663562373661222c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c22617474656d7074223a317d', 110, '2026-11-28 07:15:10.190508+00'),
	('1127e499-985e-4dfe-b471-8ac8811f1733', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3139313937385a222c22636f6d706c657465223a747275652c2266756c6c223a66616c73652c226761746865726564223a372c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a6e756c6c2c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 111, '2026-11-28 07:15:10.193608+00'),
	('b5853fbf-0000-8054-81c4-27c4860e274f', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3231393634335a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303032222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2230323239383162343037323535373937366234346131313136663365616466376236353062656131306665643731323634356163306131383266613434353463222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 112, '2026-11-28 07:15:10.24538+00'),
	('b5853fbf-0000-8056-8974-1208232badf8', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3232323835315a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303035222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2261646235323332396266363233373366383534653433343236386633633531366562353938623338666236373765306339653537636239653562376564653361222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 113, '2026-11-28 07:15:10.245456+00'),
	('b5853fbf-0000-8056-a9d1-d844d2ace8a0', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3232353135355a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303033222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2261623037623430303065383236626235306639666530643031663066303931623131383037363865303736643639663234353535396134366233663562373661222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 114, '2026-11-28 07:15:10.245466+00'),
	('b5853fbf-0000-8058-9550-919ebb0f8ecd', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3232393734365a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303036222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2235656236383336393664383262626633326137326239643739353763623730333233613930333064656166343932323862373630666131343864373637613032222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 115, '2026-11-28 07:15:10.245473+00'),
	('b5853fbf-0000-8059-81ae-c0f6623a21aa', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3233333530355a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303038222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2230313336363039636138393862366563376137613133323062376164333935323263306239353961336631393838333036363331656161383464303935323963222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 116, '2026-11-28 07:15:10.24548+00'),
	('b5853fbf-0000-805a-898a-8c36623c7cd2', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3233383837315a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303034222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2233346663653335623261646138316634313564323039356566663036366662306363333734616561333166653335393337663066363533613035383038623336222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 117, '2026-11-28 07:15:10.245486+00'),
	('b5853fbf-0000-801f-909f-4d78a37de1b9', 3, 'object.error_recorded', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3439313936365a222c227374616765223a22496d706f7274222c226d657373616765223a227365636f6e64206572726f72222c226c696e65223a6e756c6c2c226c6576656c223a226572726f72222c22636c6173735f76657273696f6e223a327d', 141, '2026-11-28 07:15:10.493485+00'),
	('b5853fbf-0000-805e-a5e9-781ccb04f305', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3234333939305a222c22736f757263655f6964223a2262316530303134372d366663392d343733362d623738652d326462643930653636613465222c2267756964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c227061636b6167655f6964223a2230303030303030302d303030302d343030302d383030302d303030303030303030303037222c22737461747573223a226164646564222c22636f6e74656e745f68617368223a2262666464303036356334353031353133366562666536626666383563653664353863346264633836616164383465343236393731653862363130646630303636222c226d657461646174615f6d6f646966696564223a22323032362d30312d30315430303a30303a3031222c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 118, '2026-11-28 07:15:10.245492+00'),
	('1127e499-985e-4dfe-b471-8ac8811f1733', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3236393136365a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a377d2c2273746174697374696373223a7b226f626a65637473223a372c226164646564223a377d2c22636c6173735f76657273696f6e223a327d', 119, '2026-11-28 07:15:10.271756+00'),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 12, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3236393233385a222c226a6f625f6964223a2231313237653439392d393835652d346466652d623437312d386163383831316631373333222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a6e756c6c2c226d656d6f7279223a6e756c6c2c2266756c6c223a66616c73652c22636c6173735f76657273696f6e223a337d', 120, '2026-11-28 07:15:10.271843+00'),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3335303139315a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a226661696c696e67222c227469746c65223a226661696c696e67222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e312f6661696c696e67222c2274797065223a2272616973696e67222c22636f6e666967223a227b5c227265636f7264735c223a20362c205c22706f69736f6e5c223a205b5c227265636f72642d315c225d2c205c2266616c73655c223a205b5c227265636f72642d325c225d7d222c226672657175656e6379223a224d414e55414c222c226f776e65725f6f7267223a22222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 121, '2026-11-28 07:15:10.351026+00'),
	('c52f94f6-8dc5-5060-898b-ebb7373ee049', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3334393434315a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a6661696c696e67222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530227d', 122, '2026-11-28 07:15:10.351134+00'),
	('7ded264b-7aa8-5ae6-9011-acd7a4881570', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3335303035385a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e312f6661696c696e677c7b5c227265636f7264735c223a20362c205c22706f69736f6e5c223a205b5c227265636f72642d315c225d2c205c2266616c73655c223a205b5c227265636f72642d325c225d7d222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530227d', 123, '2026-11-28 07:15:10.351144+00'),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3431303031385a222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 124, '2026-11-28 07:15:10.414471+00'),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3431303038395a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a66616c73652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 125, '2026-11-28 07:15:10.414532+00'),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3434383537325a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 126, '2026-11-28 07:15:10.449644+00'),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313336335a222c22637572736f72223a22222c226761746865726564223a362c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 127, '2026-11-28 07:15:10.472435+00'),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313439395a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a362c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 128, '2026-11-28 07:15:10.472486+00'),
	('b5853fbf-0000-8012-85e0-4cda14ae4d71', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313336335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d30222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 129, '2026-11-28 07:15:10.472495+00'),
	('b5853fbf-0000-801b-9ed6-d7ccd1e5d6f8', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313336335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 130, '2026-11-28 07:15:10.4725+00'),
	('b5853fbf-0000-801d-9be0-e106df64ad68', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313336335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d34222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 131, '2026-11-28 07:15:10.472504+00'),
	('b5853fbf-0000-801c-bbb3-f018eafb3d68', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313336335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d33222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 132, '2026-11-28 07:15:10.472507+00'),
	('b5853fbf-0000-801e-a3eb-1465cdcbff93', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313336335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d35222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 133, '2026-11-28 07:15:10.47252+00'),
	('b5853fbf-0000-801f-909f-4d78a37de1b9', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3437313336335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 134, '2026-11-28 07:15:10.472524+00'),
	('b5853fbf-0000-8012-85e0-4cda14ae4d71', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3438373431365a222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 135, '2026-11-28 07:15:10.493416+00'),
	('b5853fbf-0000-801b-9ed6-d7ccd1e5d6f8', 2, 'object.failed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3438393633335a222c227374616765223a22496d706f7274222c22636f6465223a22706c7567696e5f6572726f72222c226d657373616765223a224b65794572726f723a20276e6f207469746c6520696e207265636f72642d31275c6e202046696c65205c222f7372762f686172766573746c6f672f686172766573746572732f7374616765732e70795c222c206c696e652039392c20696e205f677561726465645c6e20202020776f726b28295c6e202046696c65205c222f7372762f686172766573746c6f672f686172766573746572732f7374616765732e70795c222c206c696e652038342c20696e203c6c616d6264613e5c6e2020202073656c662e5f6775617264656428766965772c206c616d6264613a2073656c662e5f72756e287669657729295c6e20202020202020202020202020202020202020202020202020202020202020205e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5c6e202046696c65205c222f7372762f686172766573746c6f672f686172766573746572732f7374616765732e70795c222c206c696e65203134382c20696e205f72756e5c6e2020202073656c662e5f74616b655f696d706f727428766965772c20726573756c74732e696d706f72746564286861727665737465722e696d706f72745f73746167652876696577292c20766965772c2073656c662e6167677265676174652e6775696429295c6e2020202020202020202020202020202020202020202020202020202020202020202020202020202020202020205e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5c6e202046696c65205c222f7372762f686172766573746c6f672f74657374732f706c7567696e732f73616d706c655f686172766573746572732e70795c222c206c696e65203130372c20696e20696d706f72745f73746167655c6e202020207261697365204b65794572726f7228665c226e6f207469746c6520696e207b686172766573745f6f626a6563742e677569647d5c22295c6e222c2272657472795f6174223a6e756c6c7d', 136, '2026-11-28 07:15:10.493462+00'),
	('b5853fbf-0000-801c-bbb3-f018eafb3d68', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3439313135335a222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d33222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 137, '2026-11-28 07:15:10.493469+00'),
	('b5853fbf-0000-801d-9be0-e106df64ad68', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3439313433375a222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d34222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 138, '2026-11-28 07:15:10.493474+00'),
	('b5853fbf-0000-801e-a3eb-1465cdcbff93', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3439313536365a222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d35222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 139, '2026-11-28 07:15:10.493478+00'),
	('b5853fbf-0000-801f-909f-4d78a37de1b9', 2, 'object.error_recorded', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3439313839325a222c227374616765223a2256616c69646174696f6e222c226d657373616765223a226669727374206572726f72222c226c696e65223a332c226c6576656c223a226572726f72222c22636c6173735f76657273696f6e223a327d', 140, '2026-11-28 07:15:10.493481+00'),
	('b5853fbf-0000-801f-909f-4d78a37de1b9', 4, 'object.failed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3439323030375a222c227374616765223a22496d706f7274222c22636f6465223a227265706f72746564222c226d657373616765223a2232206572726f72287329206f66207265636f72642d322077657265207265706f727465642062792074686520686172766573746572222c2272657472795f6174223a6e756c6c7d', 142, '2026-11-28 07:15:10.49349+00'),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3531333735325a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a342c226572726f726564223a327d2c2273746174697374696373223a7b226f626a65637473223a362c226164646564223a342c226572726f726564223a327d2c22636c6173735f76657273696f6e223a327d', 143, '2026-11-28 07:15:10.514925+00'),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 3, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3531333838375a222c226a6f625f6964223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a6e756c6c2c226d656d6f7279223a7b7d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 144, '2026-11-28 07:15:10.514993+00'),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3532383134315a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a2261626f72746564222c227469746c65223a2261626f72746564222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e312f61626f72746564222c2274797065223a226e6f6f70222c22636f6e666967223a227b5c227265636f7264735c223a20337d222c226672657175656e6379223a224d414e55414c222c226f776e65725f6f7267223a22222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 145, '2026-11-28 07:15:10.528924+00'),
	('3dc472e8-1545-5f23-ba04-c042089f01ea', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3532373437345a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a61626f72746564222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031227d', 146, '2026-11-28 07:15:10.529002+00'),
	('4ea9e4e2-eacd-5a70-a1df-6cc2f58b72b2', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3532383033395a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e312f61626f727465647c7b5c227265636f7264735c223a20337d222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031227d', 147, '2026-11-28 07:15:10.529012+00'),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3535313034305a222c226a6f625f6964223a2233666130623030642d633432622d346530632d613338382d646336656235376639656632222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 148, '2026-11-28 07:15:10.552124+00'),
	('3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3535313130385a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a66616c73652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 149, '2026-11-28 07:15:10.552198+00'),
	('3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3536343436305a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 150, '2026-11-28 07:15:10.565279+00');
INSERT INTO events.stored_event OVERRIDING SYSTEM VALUE VALUES
	('3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3537303730305a222c22637572736f72223a22222c226761746865726564223a332c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 151, '2026-11-28 07:15:10.571366+00'),
	('3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3537303831355a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a332c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 152, '2026-11-28 07:15:10.57141+00'),
	('b5853fbf-0000-8010-90e8-265382cba102', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3537303730305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2233666130623030642d633432622d346530632d613338382d646336656235376639656632222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c2267756964223a227265636f72642d30222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f61626f72746564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 153, '2026-11-28 07:15:10.571419+00'),
	('b5853fbf-0000-801b-ba15-28494d739201', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3537303730305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2233666130623030642d633432622d346530632d613338382d646336656235376639656632222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f61626f72746564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 154, '2026-11-28 07:15:10.571424+00'),
	('b5853fbf-0000-801a-9cc7-21539654be78', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3537303730305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2233666130623030642d633432622d346530632d613338382d646336656235376639656632222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f61626f72746564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 155, '2026-11-28 07:15:10.571428+00'),
	('b5853fbf-0000-8010-90e8-265382cba102', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3538383233365a222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 156, '2026-11-28 07:15:10.590171+00'),
	('b5853fbf-0000-801a-9cc7-21539654be78', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3538383336345a222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c2267756964223a227265636f72642d31222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 157, '2026-11-28 07:15:10.590218+00'),
	('b5853fbf-0000-801b-ba15-28494d739201', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3538383432395a222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c2267756964223a227265636f72642d32222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 158, '2026-11-28 07:15:10.590225+00'),
	('3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3631353537335a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a337d2c2273746174697374696373223a7b226f626a65637473223a332c226164646564223a337d2c22636c6173735f76657273696f6e223a327d', 159, '2026-11-28 07:15:10.616582+00'),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 3, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3631353635345a222c226a6f625f6964223a2233666130623030642d633432622d346530632d613338382d646336656235376639656632222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 160, '2026-11-28 07:15:10.616658+00'),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3634333935355a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a22706175736564222c227469746c65223a22706175736564222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e312f706175736564222c2274797065223a226e6f6f70222c22636f6e666967223a227b5c227265636f7264735c223a20337d222c226672657175656e6379223a224d414e55414c222c226f776e65725f6f7267223a22222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 161, '2026-11-28 07:15:10.644755+00'),
	('28e22b5d-baa1-5c68-adab-2ebae82329b0', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3634323236385a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a706175736564222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263227d', 162, '2026-11-28 07:15:10.644841+00'),
	('55b97519-010d-525d-ade9-b32c08904249', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3634333833385a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e312f7061757365647c7b5c227265636f7264735c223a20337d222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263227d', 163, '2026-11-28 07:15:10.64485+00'),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3637333434355a222c226a6f625f6964223a2261323463373465652d366265332d346461362d613738352d613230366237383339353930222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 164, '2026-11-28 07:15:10.674247+00'),
	('a24c74ee-6be3-4da6-a785-a206b7839590', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3637333439365a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a66616c73652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 165, '2026-11-28 07:15:10.674296+00'),
	('a24c74ee-6be3-4da6-a785-a206b7839590', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3639333533315a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 166, '2026-11-28 07:15:10.694223+00'),
	('a24c74ee-6be3-4da6-a785-a206b7839590', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3730323139305a222c22637572736f72223a22222c226761746865726564223a332c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 167, '2026-11-28 07:15:10.70349+00'),
	('a24c74ee-6be3-4da6-a785-a206b7839590', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3730323238385a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a332c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 168, '2026-11-28 07:15:10.703535+00'),
	('f226c470-4db4-57bc-8850-7988199bea63', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3836323436325a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a676f6e65222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835227d', 194, '2026-11-28 07:15:10.864293+00'),
	('b5853fbf-0000-801f-ad29-fdcb2a45608c', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3730323139305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2261323463373465652d366265332d346461362d613738352d613230366237383339353930222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263222c2267756964223a227265636f72642d30222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f706175736564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 169, '2026-11-28 07:15:10.703543+00'),
	('b5853fbf-0000-8013-ba9c-8512c0a1bba1', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3730323139305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2261323463373465652d366265332d346461362d613738352d613230366237383339353930222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f706175736564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 170, '2026-11-28 07:15:10.7036+00'),
	('b5853fbf-0000-801e-8850-69a63d96a945', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3730323139305a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2261323463373465652d366265332d346461362d613738352d613230366237383339353930222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f706175736564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 171, '2026-11-28 07:15:10.703605+00'),
	('b5853fbf-0000-8013-ba9c-8512c0a1bba1', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3731393030315a222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263222c2267756964223a227265636f72642d32222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 172, '2026-11-28 07:15:10.719969+00'),
	('b5853fbf-0000-801e-8850-69a63d96a945', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3731393036395a222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263222c2267756964223a227265636f72642d31222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 173, '2026-11-28 07:15:10.720014+00'),
	('b5853fbf-0000-801f-ad29-fdcb2a45608c', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3731393131335a222c22736f757263655f6964223a2263356432633333382d376232652d343861342d613031342d623966376361303035653263222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 174, '2026-11-28 07:15:10.720021+00'),
	('a24c74ee-6be3-4da6-a785-a206b7839590', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3733383836375a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a337d2c2273746174697374696373223a7b226f626a65637473223a332c226164646564223a337d2c22636c6173735f76657273696f6e223a327d', 175, '2026-11-28 07:15:10.739615+00'),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 3, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3733383933355a222c226a6f625f6964223a2261323463373465652d366265332d346461362d613738352d613230366237383339353930222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 176, '2026-11-28 07:15:10.739668+00'),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3735393034385a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a22636c6561726564222c227469746c65223a22636c6561726564222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e312f636c6561726564222c2274797065223a226e6f6f70222c22636f6e666967223a227b5c227265636f7264735c223a20337d222c226672657175656e6379223a224d414e55414c222c226f776e65725f6f7267223a22222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 177, '2026-11-28 07:15:10.759694+00'),
	('3c2d8b0f-d062-58b4-a366-a825f22ad6fc', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3735383438395a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a636c6561726564222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634227d', 178, '2026-11-28 07:15:10.759755+00'),
	('2f1a9f12-ae90-5193-8c40-af92485037fd', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3735383937345a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e312f636c65617265647c7b5c227265636f7264735c223a20337d222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634227d', 179, '2026-11-28 07:15:10.759763+00'),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3739313430335a222c226a6f625f6964223a2263643336653565612d633733362d343231352d383836662d386264623031643936656665222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 180, '2026-11-28 07:15:10.792205+00'),
	('cd36e5ea-c736-4215-886f-8bdb01d96efe', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3739313435325a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a66616c73652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 181, '2026-11-28 07:15:10.792261+00'),
	('cd36e5ea-c736-4215-886f-8bdb01d96efe', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3830373235335a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 182, '2026-11-28 07:15:10.807942+00'),
	('cd36e5ea-c736-4215-886f-8bdb01d96efe', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3831323635325a222c22637572736f72223a22222c226761746865726564223a332c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 183, '2026-11-28 07:15:10.813448+00'),
	('cd36e5ea-c736-4215-886f-8bdb01d96efe', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3831323735315a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a332c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 184, '2026-11-28 07:15:10.813495+00'),
	('b5853fbf-0000-8018-9ec6-b119157a8718', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3831323635325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2263643336653565612d633733362d343231352d383836662d386264623031643936656665222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d30222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f636c6561726564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 185, '2026-11-28 07:15:10.813504+00'),
	('b5853fbf-0000-8018-964b-d4641aa64de1', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3831323635325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2263643336653565612d633733362d343231352d383836662d386264623031643936656665222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f636c6561726564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 186, '2026-11-28 07:15:10.813509+00'),
	('b5853fbf-0000-8016-bde8-3e29b1b560e4', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3831323635325a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2263643336653565612d633733362d343231352d383836662d386264623031643936656665222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f636c6561726564227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 187, '2026-11-28 07:15:10.813513+00'),
	('b5853fbf-0000-8016-bde8-3e29b1b560e4', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3832353739345a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d31222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 188, '2026-11-28 07:15:10.829265+00'),
	('b5853fbf-0000-8018-964b-d4641aa64de1', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3832353932345a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d32222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 189, '2026-11-28 07:15:10.829357+00'),
	('b5853fbf-0000-8018-9ec6-b119157a8718', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3832353939305a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 190, '2026-11-28 07:15:10.829367+00'),
	('cd36e5ea-c736-4215-886f-8bdb01d96efe', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3834353439355a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a337d2c2273746174697374696373223a7b226f626a65637473223a332c226164646564223a337d2c22636c6173735f76657273696f6e223a327d', 191, '2026-11-28 07:15:10.846659+00'),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 3, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3834353537395a222c226a6f625f6964223a2263643336653565612d633733362d343231352d383836662d386264623031643936656665222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 192, '2026-11-28 07:15:10.846736+00'),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3836333239305a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a22676f6e65222c227469746c65223a22676f6e65222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e312f676f6e65222c2274797065223a226e6f6f70222c22636f6e666967223a227b5c227265636f7264735c223a20337d222c226672657175656e6379223a224d414e55414c222c226f776e65725f6f7267223a22222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 193, '2026-11-28 07:15:10.864205+00'),
	('9cfb3ac8-1f4c-56c1-b82d-93655587f874', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3836333137335a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e312f676f6e657c7b5c227265636f7264735c223a20337d222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835227d', 195, '2026-11-28 07:15:10.864307+00'),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3839363136325a222c226a6f625f6964223a2233653937333435342d663163342d343462332d383236392d663236616237323835316263222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 196, '2026-11-28 07:15:10.897635+00'),
	('3e973454-f1c4-44b3-8269-f26ab72851bc', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3839363530305a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a66616c73652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 197, '2026-11-28 07:15:10.897708+00'),
	('3e973454-f1c4-44b3-8269-f26ab72851bc', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3931383637335a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 198, '2026-11-28 07:15:10.921043+00'),
	('3e973454-f1c4-44b3-8269-f26ab72851bc', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3933343239335a222c22637572736f72223a22222c226761746865726564223a332c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 199, '2026-11-28 07:15:10.935543+00'),
	('3e973454-f1c4-44b3-8269-f26ab72851bc', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3933343432385a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a332c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 200, '2026-11-28 07:15:10.935611+00');
INSERT INTO events.stored_event OVERRIDING SYSTEM VALUE VALUES
	('b5853fbf-0000-8018-bf0e-57b721686910', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3933343239335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2233653937333435342d663163342d343462332d383236392d663236616237323835316263222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835222c2267756964223a227265636f72642d30222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f676f6e65227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 201, '2026-11-28 07:15:10.935627+00'),
	('b5853fbf-0000-801c-87ef-2919847261a6', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3933343239335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2233653937333435342d663163342d343462332d383236392d663236616237323835316263222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f676f6e65227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 202, '2026-11-28 07:15:10.935635+00'),
	('b5853fbf-0000-8012-a749-29e5ea014b83', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3933343239335a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2233653937333435342d663163342d343462332d383236392d663236616237323835316263222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f676f6e65227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 203, '2026-11-28 07:15:10.935643+00'),
	('b5853fbf-0000-8012-a749-29e5ea014b83', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3936303238305a222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835222c2267756964223a227265636f72642d31222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 204, '2026-11-28 07:15:10.963755+00'),
	('b5853fbf-0000-8018-bf0e-57b721686910', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3936303337365a222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 205, '2026-11-28 07:15:10.963863+00'),
	('b5853fbf-0000-801c-87ef-2919847261a6', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3936303434325a222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835222c2267756964223a227265636f72642d32222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 206, '2026-11-28 07:15:10.963873+00'),
	('3e973454-f1c4-44b3-8269-f26ab72851bc', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3938393632335a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a337d2c2273746174697374696373223a7b226f626a65637473223a332c226164646564223a337d2c22636c6173735f76657273696f6e223a327d', 207, '2026-11-28 07:15:10.991291+00'),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 3, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31302e3938393831325a222c226a6f625f6964223a2233653937333435342d663163342d343462332d383236392d663236616237323835316263222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a31302b30303a3030222c226d656d6f7279223a7b7d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 208, '2026-11-28 07:15:10.991374+00'),
	('f595f821-8b37-4889-986a-4e3570d54291', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3033303436345a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a22686973746f7279222c227469746c65223a22686973746f7279222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e312f686973746f7279222c2274797065223a226e6f6f70222c22636f6e666967223a227b5c227265636f7264735c223a20337d222c226672657175656e6379223a224d414e55414c222c226f776e65725f6f7267223a22222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 209, '2026-11-28 07:15:11.031399+00'),
	('b7b255c5-a9b9-5aa5-ad3b-6574c99b9c17', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3032383635305a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a686973746f7279222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931227d', 210, '2026-11-28 07:15:11.031484+00'),
	('04180581-97b5-5179-a2b7-fafa07c1d96e', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3033303334315a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e312f686973746f72797c7b5c227265636f7264735c223a20337d222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931227d', 211, '2026-11-28 07:15:11.031494+00'),
	('f595f821-8b37-4889-986a-4e3570d54291', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3037353932345a222c226a6f625f6964223a2263653966326235632d333831342d343965352d396135372d623431613961306266393435222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 212, '2026-11-28 07:15:11.077154+00'),
	('ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3037353938365a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931222c226b696e64223a2268617276657374222c2274726967676572223a2272756e2d74657374222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f616c6c223a66616c73652c22666f7263655f696d706f7274223a66616c73652c226f6e6c795f67756964223a22227d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 213, '2026-11-28 07:15:11.077231+00'),
	('ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3130303635355a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 214, '2026-11-28 07:15:11.10208+00'),
	('ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3131333232315a222c22637572736f72223a22222c226761746865726564223a332c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 215, '2026-11-28 07:15:11.114504+00'),
	('ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3131333335345a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a332c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a31312b30303a3030222c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 216, '2026-11-28 07:15:11.114563+00'),
	('b5853fbf-0000-8014-adc7-71edaa66d41b', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3131333232315a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2263653966326235632d333831342d343965352d396135372d623431613961306266393435222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931222c2267756964223a227265636f72642d30222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f686973746f7279227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 217, '2026-11-28 07:15:11.114574+00'),
	('b5853fbf-0000-8014-86f6-38643308a71b', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3131333232315a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2263653966326235632d333831342d343965352d396135372d623431613961306266393435222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f686973746f7279227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 218, '2026-11-28 07:15:11.114581+00'),
	('b5853fbf-0000-801e-ab38-16216c831336', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3131333232315a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2263653966326235632d333831342d343965352d396135372d623431613961306266393435222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f686973746f7279227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 219, '2026-11-28 07:15:11.114587+00'),
	('b5853fbf-0000-8014-86f6-38643308a71b', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3133373031325a222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931222c2267756964223a227265636f72642d32222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 220, '2026-11-28 07:15:11.139023+00'),
	('b5853fbf-0000-8014-adc7-71edaa66d41b', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3133373131355a222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 221, '2026-11-28 07:15:11.139088+00'),
	('b5853fbf-0000-801e-ab38-16216c831336', 2, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3133373138345a222c22736f757263655f6964223a2266353935663832312d386233372d343838392d393836612d346533353730643534323931222c2267756964223a227265636f72642d31222c227061636b6167655f6964223a6e756c6c2c22737461747573223a226164646564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 222, '2026-11-28 07:15:11.139213+00'),
	('ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3135383631325a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226164646564223a337d2c2273746174697374696373223a7b226f626a65637473223a332c226164646564223a337d2c22636c6173735f76657273696f6e223a327d', 223, '2026-11-28 07:15:11.159623+00'),
	('f595f821-8b37-4889-986a-4e3570d54291', 3, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3135383638375a222c226a6f625f6964223a2263653966326235632d333831342d343965352d396135372d623431613961306266393435222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a22323032362d31312d32385430373a31343a31312b30303a3030222c226d656d6f7279223a7b7d2c2266756c6c223a747275652c22636c6173735f76657273696f6e223a337d', 224, '2026-11-28 07:15:11.159685+00'),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 4, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3138313933325a222c226a6f625f6964223a2265636636373065382d613337302d343632622d383065312d633933613866386663643739222c226b696e64223a227265747279222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 225, '2026-11-28 07:15:11.183314+00'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3138313938325a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c226b696e64223a227265747279222c2274726967676572223a22636c69222c226279223a22636c69222c226f7074696f6e73223a7b22666f7263655f696d706f7274223a66616c73652c2272657472795f6f66223a2235386237643037612d663365312d346438612d613939642d613730393739663862636162227d2c226e756d626572223a322c22736f757263655f76657273696f6e223a342c22636c6173735f76657273696f6e223a327d', 226, '2026-11-28 07:15:11.183383+00'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3230363138325a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 227, '2026-11-28 07:15:11.207416+00'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3231363634375a222c22637572736f72223a22222c226761746865726564223a322c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 228, '2026-11-28 07:15:11.219169+00'),
	('b5853fbf-0000-802d-a870-33f6c8d9a40a', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3231363634375a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2265636636373065382d613337302d343632622d383065312d633933613866386663643739222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 229, '2026-11-28 07:15:11.219238+00'),
	('b5853fbf-0000-8028-a2e4-669ccd831c4c', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3231363634375a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2265636636373065382d613337302d343632622d383065312d633933613866386663643739222c22736f757263655f6964223a2233393939636132352d396566622d346433392d383335652d336335666332626136623530222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f6661696c696e67227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 230, '2026-11-28 07:15:11.21925+00'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3232323038325a222c22636f6d706c657465223a747275652c2266756c6c223a66616c73652c226761746865726564223a322c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a6e756c6c2c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 231, '2026-11-28 07:15:11.222991+00'),
	('b5853fbf-0000-8028-a2e4-669ccd831c4c', 2, 'object.error_recorded', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3234333037375a222c227374616765223a2256616c69646174696f6e222c226d657373616765223a226669727374206572726f72222c226c696e65223a332c226c6576656c223a226572726f72222c22636c6173735f76657273696f6e223a327d', 232, '2026-11-28 07:15:11.246335+00'),
	('b5853fbf-0000-8028-a2e4-669ccd831c4c', 3, 'object.error_recorded', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3234333132375a222c227374616765223a22496d706f7274222c226d657373616765223a227365636f6e64206572726f72222c226c696e65223a6e756c6c2c226c6576656c223a226572726f72222c22636c6173735f76657273696f6e223a327d', 233, '2026-11-28 07:15:11.246396+00'),
	('b5853fbf-0000-8028-a2e4-669ccd831c4c', 4, 'object.failed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3234333137345a222c227374616765223a22496d706f7274222c22636f6465223a227265706f72746564222c226d657373616765223a2232206572726f72287329206f66207265636f72642d322077657265207265706f727465642062792074686520686172766573746572222c2272657472795f6174223a6e756c6c7d', 234, '2026-11-28 07:15:11.246407+00'),
	('b5853fbf-0000-802d-a870-33f6c8d9a40a', 2, 'object.failed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3234343039385a222c227374616765223a22496d706f7274222c22636f6465223a22706c7567696e5f6572726f72222c226d657373616765223a224b65794572726f723a20276e6f207469746c6520696e207265636f72642d31275c6e202046696c65205c222f7372762f686172766573746c6f672f686172766573746572732f7374616765732e70795c222c206c696e652039392c20696e205f677561726465645c6e20202020776f726b28295c6e202046696c65205c222f7372762f686172766573746c6f672f686172766573746572732f7374616765732e70795c222c206c696e652038342c20696e203c6c616d6264613e5c6e2020202073656c662e5f6775617264656428766965772c206c616d6264613a2073656c662e5f72756e287669657729295c6e20202020202020202020202020202020202020202020202020202020202020205e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5c6e202046696c65205c222f7372762f686172766573746c6f672f686172766573746572732f7374616765732e70795c222c206c696e65203134382c20696e205f72756e5c6e2020202073656c662e5f74616b655f696d706f727428766965772c20726573756c74732e696d706f72746564286861727665737465722e696d706f72745f73746167652876696577292c20766965772c2073656c662e6167677265676174652e6775696429295c6e2020202020202020202020202020202020202020202020202020202020202020202020202020202020202020205e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5e5c6e202046696c65205c222f7372762f686172766573746c6f672f74657374732f706c7567696e732f73616d706c655f686172766573746572732e70795c222c206c696e65203130372c20696e20696d706f72745f73746167655c6e202020207261697365204b65794572726f7228665c226e6f207469746c6520696e207b686172766573745f6f626a6563742e677569647d5c22295c6e222c2272657472795f6174223a6e756c6c7d', 235, '2026-11-28 07:15:11.246415+00'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3236343633365a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b226572726f726564223a327d2c2273746174697374696373223a7b226f626a65637473223a322c226572726f726564223a327d2c22636c6173735f76657273696f6e223a327d', 236, '2026-11-28 07:15:11.265903+00'),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 5, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3236343730355a222c226a6f625f6964223a2265636636373065382d613337302d343632622d383065312d633933613866386663643739222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a6e756c6c2c226d656d6f7279223a6e756c6c2c2266756c6c223a66616c73652c22636c6173735f76657273696f6e223a337d', 237, '2026-11-28 07:15:11.265973+00'),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 4, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3237393233375a222c226a6f625f6964223a2231346630383339332d356663352d346263352d626266372d613863346238376565613763222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 238, '2026-11-28 07:15:11.280207+00'),
	('14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3237393238365a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2263323635656635372d356239622d343533372d616161642d643834363064396536653031222c226b696e64223a2268617276657374222c2274726967676572223a22636c69222c226279223a22636c69222c226f7074696f6e73223a7b7d2c226e756d626572223a322c22736f757263655f76657273696f6e223a342c22636c6173735f76657273696f6e223a327d', 239, '2026-11-28 07:15:11.280273+00'),
	('14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c', 2, 'job.aborted', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3330373735335a222c22726561736f6e223a22222c226279223a22636c69227d', 240, '2026-11-28 07:15:11.308884+00'),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 5, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3330373836385a222c226a6f625f6964223a2231346630383339332d356663352d346263352d626266372d613863346238376565613763222c226f7574636f6d65223a2261626f72746564222c2267617468657265645f66726f6d223a6e756c6c2c226d656d6f7279223a6e756c6c2c2266756c6c223a66616c73652c22636c6173735f76657273696f6e223a337d', 241, '2026-11-28 07:15:11.308958+00'),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 4, 'source.paused', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3334303630345a222c22756e74696c223a6e756c6c2c226279223a22636c69227d', 242, '2026-11-28 07:15:11.341583+00'),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 4, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3336323932335a222c226a6f625f6964223a2239626233346339632d626661662d343733382d613939342d613561616335613936353730222c226b696e64223a22636c656172222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 243, '2026-11-28 07:15:11.364011+00'),
	('9bb34c9c-bfaf-4738-a994-a5aac5a96570', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3336323937315a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c226b696e64223a22636c656172222c2274726967676572223a22636c69222c226279223a22636c69222c226f7074696f6e73223a7b7d2c226e756d626572223a322c22736f757263655f76657273696f6e223a342c22636c6173735f76657273696f6e223a327d', 244, '2026-11-28 07:15:11.364083+00'),
	('9bb34c9c-bfaf-4738-a994-a5aac5a96570', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3437313536315a222c22617474656d7074223a312c22776f726b6572223a2272756e2d74657374227d', 245, '2026-11-28 07:15:11.472624+00'),
	('9bb34c9c-bfaf-4738-a994-a5aac5a96570', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3437383833315a222c22637572736f72223a2272656d6f766564222c226761746865726564223a332c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 246, '2026-11-28 07:15:11.479936+00'),
	('b5853fbf-0000-802b-9b94-833833093cc0', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3437383833315a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2239626233346339632d626661662d343733382d613939342d613561616335613936353730222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d30222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 247, '2026-11-28 07:15:11.479996+00'),
	('b5853fbf-0000-802b-b806-70f759143671', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3437383833315a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2239626233346339632d626661662d343733382d613939342d613561616335613936353730222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d31222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 248, '2026-11-28 07:15:11.480006+00'),
	('b5853fbf-0000-8020-bf70-1aaea94fa55f', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3437383833315a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2239626233346339632d626661662d343733382d613939342d613561616335613936353730222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d32222c22616374696f6e223a2264656c657465222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b7d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 249, '2026-11-28 07:15:11.480013+00'),
	('9bb34c9c-bfaf-4738-a994-a5aac5a96570', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3438353935355a222c22636f6d706c657465223a747275652c2266756c6c223a66616c73652c226761746865726564223a332c22756e6368616e676564223a302c2264656c6574696f6e73223a332c227365656e5f73696e6365223a6e756c6c2c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 250, '2026-11-28 07:15:11.486898+00');
INSERT INTO events.stored_event OVERRIDING SYSTEM VALUE VALUES
	('b5853fbf-0000-8020-bf70-1aaea94fa55f', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3530393433355a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d32222c227061636b6167655f6964223a6e756c6c2c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a22227d', 251, '2026-11-28 07:15:11.512135+00'),
	('b5853fbf-0000-8020-bf70-1aaea94fa55f', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3530393438325a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d32222c227061636b6167655f6964223a6e756c6c2c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 252, '2026-11-28 07:15:11.512185+00'),
	('b5853fbf-0000-802b-9b94-833833093cc0', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3530393633325a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a22227d', 253, '2026-11-28 07:15:11.51234+00'),
	('b5853fbf-0000-802b-9b94-833833093cc0', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3530393635345a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d30222c227061636b6167655f6964223a6e756c6c2c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 254, '2026-11-28 07:15:11.512347+00'),
	('b5853fbf-0000-802b-b806-70f759143671', 2, 'object.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3530393737375a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d31222c227061636b6167655f6964223a6e756c6c2c22686f77223a2264656c65746564222c22756e74696c223a6e756c6c2c227469746c65223a22227d', 255, '2026-11-28 07:15:11.512353+00'),
	('b5853fbf-0000-802b-b806-70f759143671', 3, 'object.imported', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3530393832325a222c22736f757263655f6964223a2266313930343763622d613662382d346362322d396336322d613932323238633937336634222c2267756964223a227265636f72642d31222c227061636b6167655f6964223a6e756c6c2c22737461747573223a2264656c65746564222c22636f6e74656e745f68617368223a6e756c6c2c226d657461646174615f6d6f646966696564223a6e756c6c2c2276616c696461746f7273223a7b7d2c22636c6173735f76657273696f6e223a327d', 256, '2026-11-28 07:15:11.512357+00'),
	('9bb34c9c-bfaf-4738-a994-a5aac5a96570', 5, 'job.finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3533343835325a222c226f7574636f6d65223a2266696e6973686564222c22636f756e7473223a7b2264656c65746564223a337d2c2273746174697374696373223a7b226f626a65637473223a332c2264656c65746564223a337d2c22636c6173735f76657273696f6e223a327d', 257, '2026-11-28 07:15:11.536671+00'),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 5, 'source.job_ended', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3533343932365a222c226a6f625f6964223a2239626233346339632d626661662d343733382d613939342d613561616335613936353730222c226f7574636f6d65223a2266696e6973686564222c2267617468657265645f66726f6d223a6e756c6c2c226d656d6f7279223a6e756c6c2c2266756c6c223a66616c73652c22636c6173735f76657273696f6e223a337d', 258, '2026-11-28 07:15:11.536724+00'),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 6, 'source.cleared', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3533353037355a222c226a6f625f6964223a2239626233346339632d626661662d343733382d613939342d613561616335613936353730222c226279223a22636c69227d', 259, '2026-11-28 07:15:11.536732+00'),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 4, 'source.deactivated', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3536353535355a222c22726561736f6e223a2272656d6f766564222c226279223a22636c69227d', 260, '2026-11-28 07:15:11.568687+00'),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 5, 'source.removed', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3536353638355a222c226461746173657473223a2272656c65617365222c226279223a22636c69227d', 261, '2026-11-28 07:15:11.568772+00'),
	('f226c470-4db4-57bc-8850-7988199bea63', 2, 'reservation.released', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3536363731375a227d', 262, '2026-11-28 07:15:11.568784+00'),
	('9cfb3ac8-1f4c-56c1-b82d-93655587f874', 2, 'reservation.released', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3536363738305a227d', 263, '2026-11-28 07:15:11.568792+00'),
	('b563768e-ca59-5c5b-9b3c-3dab04b26f79', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3536373330315a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a2272656c656173656420616464726573733a687474703a2f2f3132372e302e302e312f676f6e657c7b5c227265636f7264735c223a20337d222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835227d', 264, '2026-11-28 07:15:11.568821+00'),
	('90d60dd0-4b8e-5cb9-b7dc-25ab004db9d3', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3536373535355a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a2272656c656173656420616464726573733a687474703a2f2f3132372e302e302e312f676f6e65222c22736f757263655f6964223a2230633739636565352d653436342d343630622d613763332d396161633966633062623835227d', 265, '2026-11-28 07:15:11.568829+00'),
	('fc3642ce-9bf0-4d31-b488-d559d5731ee2', 1, 'source.registered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3633373530305a222c226f726967696e61746f725f746f706963223a22736f75726365222c226e616d65223a22756e6465722d776179222c227469746c65223a22756e6465722d776179222c226e6f746573223a22222c2275726c223a22687474703a2f2f3132372e302e302e312f756e6465722d776179222c2274797065223a226e6f6f70222c22636f6e666967223a227b5c227265636f7264735c223a20352c205c22636f6e74656e745c223a2035307d222c226672657175656e6379223a224d414e55414c222c226f776e65725f6f7267223a22222c2270726976617465223a66616c73652c22657874726173223a7b7d2c227374617465223a22616374697665222c226279223a22636c69222c2263726f6e223a22222c2274696d655f7a6f6e65223a22222c22626c61636b6f7574223a22222c22636c6173735f76657273696f6e223a327d', 266, '2026-11-28 07:15:11.638173+00'),
	('bd112f2e-3adb-565e-9519-95da2c19dffa', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3633373038305a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f75726365206e616d653a756e6465722d776179222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532227d', 267, '2026-11-28 07:15:11.638225+00'),
	('85d032a5-62aa-57f9-8ac1-747dfe8620e3', 1, 'reservation.taken', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3633373433375a222c226f726967696e61746f725f746f706963223a227265736572766174696f6e222c2276616c7565223a22736f7572636520616464726573733a687474703a2f2f3132372e302e302e312f756e6465722d7761797c7b5c227265636f7264735c223a20352c205c22636f6e74656e745c223a2035307d222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532227d', 268, '2026-11-28 07:15:11.638233+00'),
	('fc3642ce-9bf0-4d31-b488-d559d5731ee2', 2, 'source.job_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3636333433365a222c226a6f625f6964223a2231333261343738382d623936612d343937322d383734312d363332643239633735636462222c226b696e64223a2268617276657374222c22736c6f74223a6e756c6c2c22636c6173735f76657273696f6e223a327d', 269, '2026-11-28 07:15:11.664284+00'),
	('132a4788-b96a-4972-8741-632d29c75cdb', 1, 'job.created', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3636333438355a222c226f726967696e61746f725f746f706963223a226a6f62222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532222c226b696e64223a2268617276657374222c2274726967676572223a22636c69222c226279223a22222c226f7074696f6e73223a7b7d2c226e756d626572223a312c22736f757263655f76657273696f6e223a322c22636c6173735f76657273696f6e223a327d', 270, '2026-11-28 07:15:11.664335+00'),
	('132a4788-b96a-4972-8741-632d29c75cdb', 2, 'job.gather_started', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3636353131365a222c22617474656d7074223a312c22776f726b6572223a22776f726b6572227d', 271, '2026-11-28 07:15:11.665757+00'),
	('132a4788-b96a-4972-8741-632d29c75cdb', 3, 'job.page_gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3637303836355a222c22637572736f72223a22222c226761746865726564223a352c22756e6368616e676564223a302c22636c6173735f76657273696f6e223a327d', 272, '2026-11-28 07:15:11.672151+00'),
	('132a4788-b96a-4972-8741-632d29c75cdb', 4, 'job.gather_finished', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3637313036375a222c22636f6d706c657465223a747275652c2266756c6c223a747275652c226761746865726564223a352c22756e6368616e676564223a302c2264656c6574696f6e73223a302c227365656e5f73696e6365223a22323032362d31312d32385430373a31343a31312b30303a3030222c226d656d6f7279223a7b7d2c22636c6173735f76657273696f6e223a337d', 273, '2026-11-28 07:15:11.672205+00'),
	('b5853fbf-0000-8013-857a-4cebc684bd65', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3637303836355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231333261343738382d623936612d343937322d383734312d363332643239633735636462222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532222c2267756964223a227265636f72642d30222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f756e6465722d776179227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 274, '2026-11-28 07:15:11.672219+00'),
	('b5853fbf-0000-801a-8972-2f168edd7671', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3637303836355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231333261343738382d623936612d343937322d383734312d363332643239633735636462222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532222c2267756964223a227265636f72642d31222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f756e6465722d776179227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 275, '2026-11-28 07:15:11.672227+00'),
	('b5853fbf-0000-8017-b849-e97a93eaa9bf', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3637303836355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231333261343738382d623936612d343937322d383734312d363332643239633735636462222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532222c2267756964223a227265636f72642d34222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f756e6465722d776179227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 276, '2026-11-28 07:15:11.672235+00'),
	('b5853fbf-0000-8012-ad40-4d0875c7e6f1', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3637303836355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231333261343738382d623936612d343937322d383734312d363332643239633735636462222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532222c2267756964223a227265636f72642d33222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f756e6465722d776179227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 277, '2026-11-28 07:15:11.672242+00'),
	('b5853fbf-0000-8014-b686-34fe0a9c8d2a', 1, 'object.gathered', '\x7b2274696d657374616d70223a22323032362d31312d32385430373a31353a31312e3637303836355a222c226f726967696e61746f725f746f706963223a226f626a656374222c226a6f625f6964223a2231333261343738382d623936612d343937322d383734312d363332643239633735636462222c22736f757263655f6964223a2266633336343263652d396266302d346433312d623438382d643535396435373331656532222c2267756964223a227265636f72642d32222c22616374696f6e223a226e6577222c22636f6e74656e745f68617368223a6e756c6c2c22657874726173223a7b226b696e64223a2274657374222c226f726967696e223a22687474703a2f2f3132372e302e302e312f756e6465722d776179227d2c226d657461646174615f6d6f646966696564223a6e756c6c2c22617474656d7074223a317d', 278, '2026-11-28 07:15:11.672249+00');
INSERT INTO harvest.checkpoint VALUES
	('read_model', 278, 18);
INSERT INTO harvest.dataset VALUES
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'b5853fbe-0000-801b-b077-bf91a7946cc5', '5834ec9b0a6a7d5eb468703613ea2b784ffb9e0a959640c91361ea06ea868ef4', 'active', '2026-11-28 07:15:09.72024', 21, 1),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000000', 'b5853fbe-0000-803d-8b49-8a346306612f', '5b71bc3292662e44efbe7375db066d7ddcabc91e2aa4247c533c99113dbdcf43', 'active', '2026-11-28 07:15:09.95176', 68, 3),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'b5853fbf-0000-8054-81c4-27c4860e274f', '022981b4072557976b44a1116f3eadf7b650bea10fed712645ac0a182fa4454c', 'active', '2026-11-28 07:15:10.24538', 112, 5),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000005', 'b5853fbf-0000-8056-8974-1208232badf8', 'adb52329bf62373f854e434268f3c516eb598b38fb677e0c9e57cb9e5b7ede3a', 'active', '2026-11-28 07:15:10.245456', 113, 5),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000003', 'b5853fbf-0000-8056-a9d1-d844d2ace8a0', 'ab07b4000e826bb50f9fe0d01f0f091b1180768e076d69f245559a46b3f5b76a', 'active', '2026-11-28 07:15:10.245466', 114, 5),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000006', '00000000-0000-4000-8000-000000000006', 'b5853fbf-0000-8058-9550-919ebb0f8ecd', '5eb683696d82bbf32a72b9d7957cb70323a9030deaf49228b760fa148d767a02', 'active', '2026-11-28 07:15:10.245473', 115, 5),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000008', '00000000-0000-4000-8000-000000000008', 'b5853fbf-0000-8059-81ae-c0f6623a21aa', '0136609ca898b6ec7a7a1320b7ad39522c0b959a3f1988306631eaa84d09529c', 'active', '2026-11-28 07:15:10.24548', 116, 5),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-000000000004', 'b5853fbf-0000-805a-898a-8c36623c7cd2', '34fce35b2ada81f415d2095eff066fb0cc374aea31fe35937f0f653a05808b36', 'active', '2026-11-28 07:15:10.245486', 117, 5),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000007', '00000000-0000-4000-8000-000000000007', 'b5853fbf-0000-805e-a5e9-781ccb04f305', 'bfdd0065c45015136ebfe6bff85ce6d58c4bdc86aad84e426971e8b610df0066', 'active', '2026-11-28 07:15:10.245492', 118, 5),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-0', NULL, 'b5853fbf-0000-8012-85e0-4cda14ae4d71', NULL, 'active', '2026-11-28 07:15:10.493416', 135, 1),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-3', NULL, 'b5853fbf-0000-801c-bbb3-f018eafb3d68', NULL, 'active', '2026-11-28 07:15:10.493469', 137, 1),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-4', NULL, 'b5853fbf-0000-801d-9be0-e106df64ad68', NULL, 'active', '2026-11-28 07:15:10.493474', 138, 1),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-5', NULL, 'b5853fbf-0000-801e-a3eb-1465cdcbff93', NULL, 'active', '2026-11-28 07:15:10.493478', 139, 1),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'record-0', NULL, 'b5853fbf-0000-8010-90e8-265382cba102', NULL, 'active', '2026-11-28 07:15:10.590171', 156, 1),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'record-1', NULL, 'b5853fbf-0000-801a-9cc7-21539654be78', NULL, 'active', '2026-11-28 07:15:10.590218', 157, 1),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'record-2', NULL, 'b5853fbf-0000-801b-ba15-28494d739201', NULL, 'active', '2026-11-28 07:15:10.590225', 158, 1),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'record-2', NULL, 'b5853fbf-0000-8013-ba9c-8512c0a1bba1', NULL, 'active', '2026-11-28 07:15:10.719969', 172, 1),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'record-1', NULL, 'b5853fbf-0000-801e-8850-69a63d96a945', NULL, 'active', '2026-11-28 07:15:10.720014', 173, 1),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'record-0', NULL, 'b5853fbf-0000-801f-ad29-fdcb2a45608c', NULL, 'active', '2026-11-28 07:15:10.720021', 174, 1),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'record-1', NULL, 'b5853fbf-0000-8012-a749-29e5ea014b83', NULL, 'active', '2026-11-28 07:15:10.963755', 204, 1),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'record-0', NULL, 'b5853fbf-0000-8018-bf0e-57b721686910', NULL, 'active', '2026-11-28 07:15:10.963863', 205, 1),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'record-2', NULL, 'b5853fbf-0000-801c-87ef-2919847261a6', NULL, 'active', '2026-11-28 07:15:10.963873', 206, 1),
	('f595f821-8b37-4889-986a-4e3570d54291', 'record-2', NULL, 'b5853fbf-0000-8014-86f6-38643308a71b', NULL, 'active', '2026-11-28 07:15:11.139023', 220, 1),
	('f595f821-8b37-4889-986a-4e3570d54291', 'record-0', NULL, 'b5853fbf-0000-8014-adc7-71edaa66d41b', NULL, 'active', '2026-11-28 07:15:11.139088', 221, 1),
	('f595f821-8b37-4889-986a-4e3570d54291', 'record-1', NULL, 'b5853fbf-0000-801e-ab38-16216c831336', NULL, 'active', '2026-11-28 07:15:11.139213', 222, 1),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'record-2', NULL, 'b5853fbf-0000-8020-bf70-1aaea94fa55f', NULL, 'deleted', '2026-11-28 07:15:11.512185', 252, 2),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'record-0', NULL, 'b5853fbf-0000-802b-9b94-833833093cc0', NULL, 'deleted', '2026-11-28 07:15:11.512347', 254, 2),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'record-1', NULL, 'b5853fbf-0000-802b-b806-70f759143671', NULL, 'deleted', '2026-11-28 07:15:11.512357', 256, 2);
INSERT INTO harvest.error_cause VALUES
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', false, '3-0f12c75f34d33523', 0, '["first error"]', '[]', 1, 1, '2026-11-28 07:15:10.493481', '2026-11-28 07:15:10.493481', '[{"id": "00000000-0000-0000-0000-00000000008c", "guid": "record-2", "object_id": "b5853fbf-0000-801f-909f-4d78a37de1b9"}]'),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', false, '3-428a0339e86af00e', 0, '["second error"]', '[]', 1, 1, '2026-11-28 07:15:10.493485', '2026-11-28 07:15:10.493485', '[{"id": "00000000-0000-0000-0000-00000000008d", "guid": "record-2", "object_id": "b5853fbf-0000-801f-909f-4d78a37de1b9"}]'),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', false, '3-5df7164d141abe32', 1, '["KeyError: ", ""]', '["''no title in record-1''"]', 1, 1, '2026-11-28 07:15:10.493462', '2026-11-28 07:15:10.493462', '[{"id": "00000000-0000-0000-0000-000000000088", "guid": "record-1", "object_id": "b5853fbf-0000-801b-9ed6-d7ccd1e5d6f8"}]'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', false, '3-0f12c75f34d33523', 0, '["first error"]', '[]', 1, 1, '2026-11-28 07:15:11.246335', '2026-11-28 07:15:11.246335', '[{"id": "00000000-0000-0000-0000-0000000000e8", "guid": "record-2", "object_id": "b5853fbf-0000-8028-a2e4-669ccd831c4c"}]'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', false, '3-428a0339e86af00e', 0, '["second error"]', '[]', 1, 1, '2026-11-28 07:15:11.246396', '2026-11-28 07:15:11.246396', '[{"id": "00000000-0000-0000-0000-0000000000e9", "guid": "record-2", "object_id": "b5853fbf-0000-8028-a2e4-669ccd831c4c"}]'),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', false, '3-5df7164d141abe32', 1, '["KeyError: ", ""]', '["''no title in record-1''"]', 1, 1, '2026-11-28 07:15:11.246415', '2026-11-28 07:15:11.246415', '[{"id": "00000000-0000-0000-0000-0000000000eb", "guid": "record-1", "object_id": "b5853fbf-0000-802d-a870-33f6c8d9a40a"}]');
INSERT INTO harvest.harvest_job VALUES
	('57c5548b-7bc9-4e69-a893-71e701b2500e', '2026-11-28 07:15:09.605077', '2026-11-28 07:15:09.621557', '2026-11-28 07:15:09.674486', '2026-11-28 07:15:09.743619', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'Finished', 'harvest', 'run-test', 'cli', 'finished', true, true, NULL, NULL, NULL),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', '2026-11-28 07:15:09.778098', '2026-11-28 07:15:09.795643', '2026-11-28 07:15:09.813938', '2026-11-28 07:15:09.849863', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'Finished', 'harvest', 'run-test', 'cli', 'held', true, true, 2, 8, 'rejected'),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', '2026-11-28 07:15:09.903053', '2026-11-28 07:15:09.914324', '2026-11-28 07:15:09.930095', '2026-11-28 07:15:09.965739', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'Finished', 'harvest', 'run-test', 'cli', 'held', true, true, 7, 9, 'approved'),
	('89155e7d-1d89-52c0-b44c-eb44db3a517c', '2026-11-28 07:15:09.98703', '2026-11-28 07:15:10.010014', '2026-11-28 07:15:10.027133', '2026-11-28 07:15:10.112993', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'Finished', 'removal', 'cli', 'cli', 'finished', true, false, NULL, NULL, NULL),
	('1127e499-985e-4dfe-b471-8ac8811f1733', '2026-11-28 07:15:10.152284', '2026-11-28 07:15:10.176862', '2026-11-28 07:15:10.193608', '2026-11-28 07:15:10.271756', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'Finished', 'undo', 'cli', 'cli', 'finished', true, false, NULL, NULL, NULL),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '2026-11-28 07:15:10.414532', '2026-11-28 07:15:10.449644', '2026-11-28 07:15:10.472486', '2026-11-28 07:15:10.514925', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'Finished', 'harvest', 'run-test', 'cli', 'finished', true, true, NULL, NULL, NULL),
	('3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', '2026-11-28 07:15:10.552198', '2026-11-28 07:15:10.565279', '2026-11-28 07:15:10.57141', '2026-11-28 07:15:10.616582', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'Finished', 'harvest', 'run-test', 'cli', 'finished', true, true, NULL, NULL, NULL),
	('a24c74ee-6be3-4da6-a785-a206b7839590', '2026-11-28 07:15:10.674296', '2026-11-28 07:15:10.694223', '2026-11-28 07:15:10.703535', '2026-11-28 07:15:10.739615', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'Finished', 'harvest', 'run-test', 'cli', 'finished', true, true, NULL, NULL, NULL),
	('cd36e5ea-c736-4215-886f-8bdb01d96efe', '2026-11-28 07:15:10.792261', '2026-11-28 07:15:10.807942', '2026-11-28 07:15:10.813495', '2026-11-28 07:15:10.846659', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'Finished', 'harvest', 'run-test', 'cli', 'finished', true, true, NULL, NULL, NULL),
	('3e973454-f1c4-44b3-8269-f26ab72851bc', '2026-11-28 07:15:10.897708', '2026-11-28 07:15:10.921043', '2026-11-28 07:15:10.935611', '2026-11-28 07:15:10.991291', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'Finished', 'harvest', 'run-test', 'cli', 'finished', true, true, NULL, NULL, NULL),
	('ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', '2026-11-28 07:15:11.077231', '2026-11-28 07:15:11.10208', '2026-11-28 07:15:11.114563', '2026-11-28 07:15:11.159623', 'f595f821-8b37-4889-986a-4e3570d54291', 'Finished', 'harvest', 'run-test', 'cli', 'finished', true, true, NULL, NULL, NULL),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', '2026-11-28 07:15:11.183383', '2026-11-28 07:15:11.207416', '2026-11-28 07:15:11.222991', '2026-11-28 07:15:11.265903', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'Finished', 'retry', 'cli', 'cli', 'finished', true, false, NULL, NULL, NULL),
	('14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c', '2026-11-28 07:15:11.280273', NULL, NULL, '2026-11-28 07:15:11.308884', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'Aborted', 'harvest', 'cli', 'cli', 'aborted', NULL, NULL, NULL, NULL, NULL),
	('9bb34c9c-bfaf-4738-a994-a5aac5a96570', '2026-11-28 07:15:11.364083', '2026-11-28 07:15:11.472624', '2026-11-28 07:15:11.486898', '2026-11-28 07:15:11.536671', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'Finished', 'clear', 'cli', 'cli', 'finished', true, false, NULL, NULL, NULL),
	('132a4788-b96a-4972-8741-632d29c75cdb', '2026-11-28 07:15:11.664335', '2026-11-28 07:15:11.665757', '2026-11-28 07:15:11.672205', NULL, 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'Running', 'harvest', 'cli', '', NULL, true, true, NULL, NULL, NULL);
INSERT INTO harvest.harvest_object_error VALUES
	('00000000-0000-0000-0000-000000000088', 'b5853fbf-0000-801b-9ed6-d7ccd1e5d6f8', 'KeyError: ''no title in record-1''
  File "/srv/harvestlog/harvesters/stages.py", line 99, in _guarded
    work()
  File "/srv/harvestlog/harvesters/stages.py", line 84, in <lambda>
    self._guarded(view, lambda: self._run(view))
                                ^^^^^^^^^^^^^^^
  File "/srv/harvestlog/harvesters/stages.py", line 148, in _run
    self._take_import(view, results.imported(harvester.import_stage(view), view, self.aggregate.guid))
                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/harvestlog/tests/plugins/sample_harvesters.py", line 107, in import_stage
    raise KeyError(f"no title in {harvest_object.guid}")
', 'Import', NULL, '2026-11-28 07:15:10.493462', 'plugin_error', 'error', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3-5df7164d141abe32'),
	('00000000-0000-0000-0000-00000000008c', 'b5853fbf-0000-801f-909f-4d78a37de1b9', 'first error', 'Validation', 3, '2026-11-28 07:15:10.493481', NULL, 'error', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3-0f12c75f34d33523'),
	('00000000-0000-0000-0000-00000000008d', 'b5853fbf-0000-801f-909f-4d78a37de1b9', 'second error', 'Import', NULL, '2026-11-28 07:15:10.493485', NULL, 'error', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3-428a0339e86af00e'),
	('00000000-0000-0000-0000-0000000000e8', 'b5853fbf-0000-8028-a2e4-669ccd831c4c', 'first error', 'Validation', 3, '2026-11-28 07:15:11.246335', NULL, 'error', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', '3-0f12c75f34d33523'),
	('00000000-0000-0000-0000-0000000000e9', 'b5853fbf-0000-8028-a2e4-669ccd831c4c', 'second error', 'Import', NULL, '2026-11-28 07:15:11.246396', NULL, 'error', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', '3-428a0339e86af00e'),
	('00000000-0000-0000-0000-0000000000eb', 'b5853fbf-0000-802d-a870-33f6c8d9a40a', 'KeyError: ''no title in record-1''
  File "/srv/harvestlog/harvesters/stages.py", line 99, in _guarded
    work()
  File "/srv/harvestlog/harvesters/stages.py", line 84, in <lambda>
    self._guarded(view, lambda: self._run(view))
                                ^^^^^^^^^^^^^^^
  File "/srv/harvestlog/harvesters/stages.py", line 148, in _run
    self._take_import(view, results.imported(harvester.import_stage(view), view, self.aggregate.guid))
                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/harvestlog/tests/plugins/sample_harvesters.py", line 107, in import_stage
    raise KeyError(f"no title in {harvest_object.guid}")
', 'Import', NULL, '2026-11-28 07:15:11.246415', 'plugin_error', 'error', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', '3-5df7164d141abe32');
INSERT INTO harvest.harvest_source VALUES
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'city', 'http://127.0.0.1:36467', 'The city of today', '', '{"api_key": "enc.1.cfc92deb.0BEIzewV_3cYTN8MxsRAkXtG_HDcHK7N", "hold_deletions_percent": 10, "hold_deletions_count": 0}', '2026-11-28 07:15:09.420885', 'ckan', true, 'cli', '', 'DAILY', NULL, 'amt', false, '{}', NULL, '2026-11-28 07:15:09.868106'),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'failing', 'http://127.0.0.1/failing', 'failing', '', '{"records": 6, "poison": ["record-1"], "false": ["record-2"]}', '2026-11-28 07:15:10.351026', 'raising', true, 'cli', '', 'MANUAL', NULL, '', false, '{}', NULL, '2026-11-28 07:15:10.351026'),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'aborted', 'http://127.0.0.1/aborted', 'aborted', '', '{"records": 3}', '2026-11-28 07:15:10.528924', 'noop', true, 'cli', '', 'MANUAL', NULL, '', false, '{}', NULL, '2026-11-28 07:15:10.528924'),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'paused', 'http://127.0.0.1/paused', 'paused', '', '{"records": 3}', '2026-11-28 07:15:10.644755', 'noop', true, 'cli', '', 'MANUAL', NULL, '', false, '{}', NULL, '2026-11-28 07:15:10.644755'),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'cleared', 'http://127.0.0.1/cleared', 'cleared', '', '{"records": 3}', '2026-11-28 07:15:10.759694', 'noop', true, 'cli', '', 'MANUAL', NULL, '', false, '{}', NULL, '2026-11-28 07:15:10.759694'),
	('f595f821-8b37-4889-986a-4e3570d54291', 'history', 'http://127.0.0.1/history', 'history', '', '{"records": 3}', '2026-11-28 07:15:11.031399', 'noop', true, 'cli', '', 'MANUAL', NULL, '', false, '{}', NULL, '2026-11-28 07:15:11.031399'),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'gone', 'http://127.0.0.1/gone', 'gone', '', '{"records": 3}', '2026-11-28 07:15:10.864205', 'noop', false, 'cli', '', 'MANUAL', NULL, '', false, '{}', 'release', '2026-11-28 07:15:11.568772'),
	('fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'under-way', 'http://127.0.0.1/under-way', 'under-way', '', '{"records": 5, "content": 50}', '2026-11-28 07:15:11.638173', 'noop', true, 'cli', '', 'MANUAL', NULL, '', false, '{}', NULL, '2026-11-28 07:15:11.638173');
INSERT INTO harvest.job_statistics VALUES
	('57c5548b-7bc9-4e69-a893-71e701b2500e', 8, 8, 0, 0, 0, 0, 0, 0, 0, true),
	('1ca9d625-bc48-4f56-9579-26b03cae8c12', 4, 1, 1, 0, 5, 0, 0, 2, 0, true),
	('d3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 8, 0, 1, 0, 1, 0, 0, 7, 0, true),
	('89155e7d-1d89-52c0-b44c-eb44db3a517c', 7, 0, 0, 0, 0, 7, 0, 0, 0, true),
	('1127e499-985e-4dfe-b471-8ac8811f1733', 7, 7, 0, 0, 0, 0, 0, 0, 0, true),
	('58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 6, 4, 0, 0, 0, 0, 2, 0, 0, true),
	('3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 3, 3, 0, 0, 0, 0, 0, 0, 0, true),
	('a24c74ee-6be3-4da6-a785-a206b7839590', 3, 3, 0, 0, 0, 0, 0, 0, 0, true),
	('cd36e5ea-c736-4215-886f-8bdb01d96efe', 3, 3, 0, 0, 0, 0, 0, 0, 0, true),
	('3e973454-f1c4-44b3-8269-f26ab72851bc', 3, 3, 0, 0, 0, 0, 0, 0, 0, true),
	('ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 3, 3, 0, 0, 0, 0, 0, 0, 0, true),
	('ecf670e8-a370-462b-80e1-c93a8f8fcd79', 2, 0, 0, 0, 0, 0, 2, 0, 0, true),
	('9bb34c9c-bfaf-4738-a994-a5aac5a96570', 3, 0, 0, 0, 0, 3, 0, 0, 0, true),
	('132a4788-b96a-4972-8741-632d29c75cdb', 5, 0, 0, 0, 0, 0, 0, 0, 0, false);
INSERT INTO harvest.log_line VALUES
	('00000000-0000-0000-0000-000000000005', 'Job 57c5548b-7bc9-4e69-a893-71e701b2500e created by cli (harvest, run-test) for source b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'INFO', '2026-11-28 07:15:09.605077', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '57c5548b-7bc9-4e69-a893-71e701b2500e', NULL),
	('00000000-0000-0000-0000-000000000006', 'Job 57c5548b-7bc9-4e69-a893-71e701b2500e gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:09.621557', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '57c5548b-7bc9-4e69-a893-71e701b2500e', NULL),
	('00000000-0000-0000-0000-000000000008', 'Job 57c5548b-7bc9-4e69-a893-71e701b2500e gather finished, complete: 8 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:09.674486', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '57c5548b-7bc9-4e69-a893-71e701b2500e', NULL),
	('00000000-0000-0000-0000-000000000019', 'Job 57c5548b-7bc9-4e69-a893-71e701b2500e finished: 8 added', 'INFO', '2026-11-28 07:15:09.743619', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '57c5548b-7bc9-4e69-a893-71e701b2500e', NULL),
	('00000000-0000-0000-0000-00000000001c', 'Job 1ca9d625-bc48-4f56-9579-26b03cae8c12 created by cli (harvest, run-test) for source b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'INFO', '2026-11-28 07:15:09.778098', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1ca9d625-bc48-4f56-9579-26b03cae8c12', NULL),
	('00000000-0000-0000-0000-00000000001d', 'Job 1ca9d625-bc48-4f56-9579-26b03cae8c12 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:09.795643', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1ca9d625-bc48-4f56-9579-26b03cae8c12', NULL),
	('00000000-0000-0000-0000-000000000025', 'Job 1ca9d625-bc48-4f56-9579-26b03cae8c12 gather finished, complete: 4 to import, 5 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:09.813938', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1ca9d625-bc48-4f56-9579-26b03cae8c12', NULL),
	('00000000-0000-0000-0000-00000000002a', 'Job 1ca9d625-bc48-4f56-9579-26b03cae8c12 held: 1 added, 1 updated, 7 not modified', 'INFO', '2026-11-28 07:15:09.849863', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1ca9d625-bc48-4f56-9579-26b03cae8c12', NULL),
	('00000000-0000-0000-0000-00000000002f', 'Job d3e7fc1a-39a4-471c-a05c-714dd47ac1e9 created by cli (harvest, run-test) for source b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'INFO', '2026-11-28 07:15:09.903053', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', NULL),
	('00000000-0000-0000-0000-000000000030', 'Job d3e7fc1a-39a4-471c-a05c-714dd47ac1e9 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:09.914324', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', NULL),
	('00000000-0000-0000-0000-000000000042', 'Job d3e7fc1a-39a4-471c-a05c-714dd47ac1e9 gather finished, complete: 8 to import, 1 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:09.930095', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', NULL),
	('00000000-0000-0000-0000-000000000045', 'Job d3e7fc1a-39a4-471c-a05c-714dd47ac1e9 held: 1 updated, 8 not modified', 'INFO', '2026-11-28 07:15:09.965739', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', NULL),
	('00000000-0000-0000-0000-000000000049', 'Job 89155e7d-1d89-52c0-b44c-eb44db3a517c created by cli (removal, cli) for source b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'INFO', '2026-11-28 07:15:09.98703', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '89155e7d-1d89-52c0-b44c-eb44db3a517c', NULL),
	('00000000-0000-0000-0000-00000000004a', 'Job 89155e7d-1d89-52c0-b44c-eb44db3a517c gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:10.010014', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '89155e7d-1d89-52c0-b44c-eb44db3a517c', NULL),
	('00000000-0000-0000-0000-000000000053', 'Job 89155e7d-1d89-52c0-b44c-eb44db3a517c gather finished, complete: 7 to import, 0 unchanged, 7 removed at the remote', 'INFO', '2026-11-28 07:15:10.027133', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '89155e7d-1d89-52c0-b44c-eb44db3a517c', NULL),
	('00000000-0000-0000-0000-000000000062', 'Job 89155e7d-1d89-52c0-b44c-eb44db3a517c finished: 7 deleted', 'INFO', '2026-11-28 07:15:10.112993', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '89155e7d-1d89-52c0-b44c-eb44db3a517c', NULL),
	('00000000-0000-0000-0000-000000000065', 'Job 1127e499-985e-4dfe-b471-8ac8811f1733 created by cli (undo, cli) for source b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'INFO', '2026-11-28 07:15:10.152284', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1127e499-985e-4dfe-b471-8ac8811f1733', NULL),
	('00000000-0000-0000-0000-000000000066', 'Job 1127e499-985e-4dfe-b471-8ac8811f1733 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:10.176862', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1127e499-985e-4dfe-b471-8ac8811f1733', NULL),
	('00000000-0000-0000-0000-00000000006f', 'Job 1127e499-985e-4dfe-b471-8ac8811f1733 gather finished, complete: 7 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:10.193608', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1127e499-985e-4dfe-b471-8ac8811f1733', NULL),
	('00000000-0000-0000-0000-000000000077', 'Job 1127e499-985e-4dfe-b471-8ac8811f1733 finished: 7 added', 'INFO', '2026-11-28 07:15:10.271756', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '1127e499-985e-4dfe-b471-8ac8811f1733', NULL),
	('00000000-0000-0000-0000-00000000007d', 'Job 58b7d07a-f3e1-4d8a-a99d-a70979f8bcab created by cli (harvest, run-test) for source 3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'INFO', '2026-11-28 07:15:10.414532', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', NULL),
	('00000000-0000-0000-0000-00000000007e', 'Job 58b7d07a-f3e1-4d8a-a99d-a70979f8bcab gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:10.449644', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', NULL),
	('00000000-0000-0000-0000-000000000080', 'Job 58b7d07a-f3e1-4d8a-a99d-a70979f8bcab gather finished, complete: 6 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:10.472486', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', NULL),
	('00000000-0000-0000-0000-000000000088', 'Object b5853fbf-0000-801b-9ed6-d7ccd1e5d6f8 failed in Import: KeyError: ''no title in record-1''
  File "/srv/harvestlog/harvesters/stages.py", line 99, in _guarded
    work()
  File "/srv/harvestlog/harvesters/stages.py", line 84, in <lambda>
    self._guarded(view, lambda: self._run(view))
                                ^^^^^^^^^^^^^^^
  File "/srv/harvestlog/harvesters/stages.py", line 148, in _run
    self._take_import(view, results.imported(harvester.import_stage(view), view, self.aggregate.guid))
                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/harvestlog/tests/plugins/sample_harvesters.py", line 107, in import_stage
    raise KeyError(f"no title in {harvest_object.guid}")
', 'ERROR', '2026-11-28 07:15:10.493462', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 'b5853fbf-0000-801b-9ed6-d7ccd1e5d6f8'),
	('00000000-0000-0000-0000-00000000008e', 'Object b5853fbf-0000-801f-909f-4d78a37de1b9 failed in Import: 2 error(s) of record-2 were reported by the harvester', 'ERROR', '2026-11-28 07:15:10.49349', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', 'b5853fbf-0000-801f-909f-4d78a37de1b9'),
	('00000000-0000-0000-0000-00000000008f', 'Job 58b7d07a-f3e1-4d8a-a99d-a70979f8bcab finished: 4 added, 2 errored', 'INFO', '2026-11-28 07:15:10.514925', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', NULL),
	('00000000-0000-0000-0000-000000000095', 'Job 3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2 created by cli (harvest, run-test) for source c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'INFO', '2026-11-28 07:15:10.552198', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', '3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', NULL),
	('00000000-0000-0000-0000-000000000096', 'Job 3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:10.565279', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', '3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', NULL),
	('00000000-0000-0000-0000-000000000098', 'Job 3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2 gather finished, complete: 3 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:10.57141', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', '3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', NULL),
	('00000000-0000-0000-0000-00000000009f', 'Job 3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2 finished: 3 added', 'INFO', '2026-11-28 07:15:10.616582', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', '3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', NULL),
	('00000000-0000-0000-0000-0000000000a5', 'Job a24c74ee-6be3-4da6-a785-a206b7839590 created by cli (harvest, run-test) for source c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'INFO', '2026-11-28 07:15:10.674296', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'a24c74ee-6be3-4da6-a785-a206b7839590', NULL),
	('00000000-0000-0000-0000-0000000000a6', 'Job a24c74ee-6be3-4da6-a785-a206b7839590 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:10.694223', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'a24c74ee-6be3-4da6-a785-a206b7839590', NULL),
	('00000000-0000-0000-0000-0000000000a8', 'Job a24c74ee-6be3-4da6-a785-a206b7839590 gather finished, complete: 3 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:10.703535', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'a24c74ee-6be3-4da6-a785-a206b7839590', NULL),
	('00000000-0000-0000-0000-0000000000af', 'Job a24c74ee-6be3-4da6-a785-a206b7839590 finished: 3 added', 'INFO', '2026-11-28 07:15:10.739615', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'a24c74ee-6be3-4da6-a785-a206b7839590', NULL),
	('00000000-0000-0000-0000-0000000000b5', 'Job cd36e5ea-c736-4215-886f-8bdb01d96efe created by cli (harvest, run-test) for source f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'INFO', '2026-11-28 07:15:10.792261', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'cd36e5ea-c736-4215-886f-8bdb01d96efe', NULL),
	('00000000-0000-0000-0000-0000000000b6', 'Job cd36e5ea-c736-4215-886f-8bdb01d96efe gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:10.807942', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'cd36e5ea-c736-4215-886f-8bdb01d96efe', NULL),
	('00000000-0000-0000-0000-0000000000b8', 'Job cd36e5ea-c736-4215-886f-8bdb01d96efe gather finished, complete: 3 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:10.813495', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'cd36e5ea-c736-4215-886f-8bdb01d96efe', NULL),
	('00000000-0000-0000-0000-0000000000bf', 'Job cd36e5ea-c736-4215-886f-8bdb01d96efe finished: 3 added', 'INFO', '2026-11-28 07:15:10.846659', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'cd36e5ea-c736-4215-886f-8bdb01d96efe', NULL),
	('00000000-0000-0000-0000-0000000000c5', 'Job 3e973454-f1c4-44b3-8269-f26ab72851bc created by cli (harvest, run-test) for source 0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'INFO', '2026-11-28 07:15:10.897708', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', '3e973454-f1c4-44b3-8269-f26ab72851bc', NULL),
	('00000000-0000-0000-0000-0000000000c6', 'Job 3e973454-f1c4-44b3-8269-f26ab72851bc gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:10.921043', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', '3e973454-f1c4-44b3-8269-f26ab72851bc', NULL),
	('00000000-0000-0000-0000-0000000000c8', 'Job 3e973454-f1c4-44b3-8269-f26ab72851bc gather finished, complete: 3 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:10.935611', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', '3e973454-f1c4-44b3-8269-f26ab72851bc', NULL),
	('00000000-0000-0000-0000-0000000000cf', 'Job 3e973454-f1c4-44b3-8269-f26ab72851bc finished: 3 added', 'INFO', '2026-11-28 07:15:10.991291', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', '3e973454-f1c4-44b3-8269-f26ab72851bc', NULL),
	('00000000-0000-0000-0000-0000000000d5', 'Job ce9f2b5c-3814-49e5-9a57-b41a9a0bf945 created by cli (harvest, run-test) for source f595f821-8b37-4889-986a-4e3570d54291', 'INFO', '2026-11-28 07:15:11.077231', 'f595f821-8b37-4889-986a-4e3570d54291', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', NULL),
	('00000000-0000-0000-0000-0000000000d6', 'Job ce9f2b5c-3814-49e5-9a57-b41a9a0bf945 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:11.10208', 'f595f821-8b37-4889-986a-4e3570d54291', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', NULL),
	('00000000-0000-0000-0000-0000000000d8', 'Job ce9f2b5c-3814-49e5-9a57-b41a9a0bf945 gather finished, complete: 3 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:11.114563', 'f595f821-8b37-4889-986a-4e3570d54291', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', NULL),
	('00000000-0000-0000-0000-0000000000df', 'Job ce9f2b5c-3814-49e5-9a57-b41a9a0bf945 finished: 3 added', 'INFO', '2026-11-28 07:15:11.159623', 'f595f821-8b37-4889-986a-4e3570d54291', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', NULL),
	('00000000-0000-0000-0000-0000000000e2', 'Job ecf670e8-a370-462b-80e1-c93a8f8fcd79 created by cli (retry, cli) for source 3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'INFO', '2026-11-28 07:15:11.183383', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', NULL),
	('00000000-0000-0000-0000-0000000000e3', 'Job ecf670e8-a370-462b-80e1-c93a8f8fcd79 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:11.207416', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', NULL),
	('00000000-0000-0000-0000-0000000000e7', 'Job ecf670e8-a370-462b-80e1-c93a8f8fcd79 gather finished, complete: 2 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:11.222991', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', NULL),
	('00000000-0000-0000-0000-0000000000ea', 'Object b5853fbf-0000-8028-a2e4-669ccd831c4c failed in Import: 2 error(s) of record-2 were reported by the harvester', 'ERROR', '2026-11-28 07:15:11.246407', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', 'b5853fbf-0000-8028-a2e4-669ccd831c4c');
INSERT INTO harvest.log_line VALUES
	('00000000-0000-0000-0000-0000000000eb', 'Object b5853fbf-0000-802d-a870-33f6c8d9a40a failed in Import: KeyError: ''no title in record-1''
  File "/srv/harvestlog/harvesters/stages.py", line 99, in _guarded
    work()
  File "/srv/harvestlog/harvesters/stages.py", line 84, in <lambda>
    self._guarded(view, lambda: self._run(view))
                                ^^^^^^^^^^^^^^^
  File "/srv/harvestlog/harvesters/stages.py", line 148, in _run
    self._take_import(view, results.imported(harvester.import_stage(view), view, self.aggregate.guid))
                                             ^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/srv/harvestlog/tests/plugins/sample_harvesters.py", line 107, in import_stage
    raise KeyError(f"no title in {harvest_object.guid}")
', 'ERROR', '2026-11-28 07:15:11.246415', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', 'b5853fbf-0000-802d-a870-33f6c8d9a40a'),
	('00000000-0000-0000-0000-0000000000ec', 'Job ecf670e8-a370-462b-80e1-c93a8f8fcd79 finished: 2 errored', 'INFO', '2026-11-28 07:15:11.265903', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', NULL),
	('00000000-0000-0000-0000-0000000000ef', 'Job 14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c created by cli (harvest, cli) for source c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'INFO', '2026-11-28 07:15:11.280273', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', '14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c', NULL),
	('00000000-0000-0000-0000-0000000000f0', 'Job 14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c aborted by cli', 'WARNING', '2026-11-28 07:15:11.308884', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', '14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c', NULL),
	('00000000-0000-0000-0000-0000000000f4', 'Job 9bb34c9c-bfaf-4738-a994-a5aac5a96570 created by cli (clear, cli) for source f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'INFO', '2026-11-28 07:15:11.364083', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', NULL),
	('00000000-0000-0000-0000-0000000000f5', 'Job 9bb34c9c-bfaf-4738-a994-a5aac5a96570 gather started by run-test, attempt 1', 'INFO', '2026-11-28 07:15:11.472624', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', NULL),
	('00000000-0000-0000-0000-0000000000fa', 'Job 9bb34c9c-bfaf-4738-a994-a5aac5a96570 gather finished, complete: 3 to import, 0 unchanged, 3 removed at the remote', 'INFO', '2026-11-28 07:15:11.486898', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', NULL),
	('00000000-0000-0000-0000-000000000101', 'Job 9bb34c9c-bfaf-4738-a994-a5aac5a96570 finished: 3 deleted', 'INFO', '2026-11-28 07:15:11.536671', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', NULL),
	('00000000-0000-0000-0000-00000000010e', 'Job 132a4788-b96a-4972-8741-632d29c75cdb created (harvest, cli) for source fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'INFO', '2026-11-28 07:15:11.664335', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', '132a4788-b96a-4972-8741-632d29c75cdb', NULL),
	('00000000-0000-0000-0000-00000000010f', 'Job 132a4788-b96a-4972-8741-632d29c75cdb gather started by worker, attempt 1', 'INFO', '2026-11-28 07:15:11.665757', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', '132a4788-b96a-4972-8741-632d29c75cdb', NULL),
	('00000000-0000-0000-0000-000000000111', 'Job 132a4788-b96a-4972-8741-632d29c75cdb gather finished, complete: 5 to import, 0 unchanged, 0 removed at the remote', 'INFO', '2026-11-28 07:15:11.672205', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', '132a4788-b96a-4972-8741-632d29c75cdb', NULL);
INSERT INTO harvest.object VALUES
	('b5853fbe-0000-8014-91f7-744d32f3fe18', '00000000-0000-4000-8000-000000000003', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000003', 'ab07b4000e826bb50f9fe0d01f0f091b1180768e076d69f245559a46b3f5b76a', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.67453', NULL, '2026-11-28 07:15:09.720155', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-8014-9bf0-0bb9f90aa298', '00000000-0000-4000-8000-000000000004', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000004', '34fce35b2ada81f415d2095eff066fb0cc374aea31fe35937f0f653a05808b36', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.674511', NULL, '2026-11-28 07:15:09.720217', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-8019-96c5-097c55ab37b6', '00000000-0000-4000-8000-000000000007', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000007', 'bfdd0065c45015136ebfe6bff85ce6d58c4bdc86aad84e426971e8b610df0066', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.674498', NULL, '2026-11-28 07:15:09.720227', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-801a-b924-9ca64d438620', '00000000-0000-4000-8000-000000000000', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000000', 'd769e7cf543b62979f63eaf8184dba3104748d766e4a5c41aa6503549cddcf52', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.674542', NULL, '2026-11-28 07:15:09.720234', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-801b-b077-bf91a7946cc5', '00000000-0000-4000-8000-000000000001', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000001', '5834ec9b0a6a7d5eb468703613ea2b784ffb9e0a959640c91361ea06ea868ef4', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.674518', NULL, '2026-11-28 07:15:09.72024', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-801e-944c-1ce268acf6bb', '00000000-0000-4000-8000-000000000006', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000006', '5eb683696d82bbf32a72b9d7957cb70323a9030deaf49228b760fa148d767a02', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.674505', NULL, '2026-11-28 07:15:09.721526', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-801e-a9f8-c265eaf2fd29', '00000000-0000-4000-8000-000000000005', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000005', 'adb52329bf62373f854e434268f3c516eb598b38fb677e0c9e57cb9e5b7ede3a', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.674524', NULL, '2026-11-28 07:15:09.721534', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-801f-b6ea-e878cf83b242', '00000000-0000-4000-8000-000000000002', '57c5548b-7bc9-4e69-a893-71e701b2500e', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000002', '022981b4072557976b44a1116f3eadf7b650bea10fed712645ac0a182fa4454c', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.674536', NULL, '2026-11-28 07:15:09.72154', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-8025-a532-7b38302b5018', '00000000-0000-4000-8000-000000000006', '1ca9d625-bc48-4f56-9579-26b03cae8c12', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.811178', NULL, '2026-11-28 07:15:09.811188', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-802a-8522-2e8908bc6fdd', '00000000-0000-4000-8000-000000000007', '1ca9d625-bc48-4f56-9579-26b03cae8c12', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.811195', NULL, '2026-11-28 07:15:09.811202', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-8021-a20e-9b2e6b93bb5c', '00000000-0000-4000-8000-000000000000', '1ca9d625-bc48-4f56-9579-26b03cae8c12', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'change', 'COMPLETE', 'updated', '00000000-0000-4000-8000-000000000000', '807c3c367ad5441473780d0ce1c812004f00259471d03c44afcad4286cdbd879', '{}', '2026-01-01 00:00:02', '2026-11-28 07:15:09.813962', NULL, '2026-11-28 07:15:09.836376', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-802e-9c5c-65db0f6a9342', '00000000-0000-4000-8000-000000000008', '1ca9d625-bc48-4f56-9579-26b03cae8c12', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000008', '0136609ca898b6ec7a7a1320b7ad39522c0b959a3f1988306631eaa84d09529c', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:09.81395', NULL, '2026-11-28 07:15:09.836431', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-803f-b374-d166be303d67', '00000000-0000-4000-8000-000000000002', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.927818', NULL, '2026-11-28 07:15:09.927825', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-8038-afff-67ec28e6421e', '00000000-0000-4000-8000-000000000003', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.92783', NULL, '2026-11-28 07:15:09.927834', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-803b-b90f-65b77d845dba', '00000000-0000-4000-8000-000000000004', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.927838', NULL, '2026-11-28 07:15:09.927842', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-8030-a472-b02a32c3c4d2', '00000000-0000-4000-8000-000000000005', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.927845', NULL, '2026-11-28 07:15:09.927849', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-8037-9e4a-c81a5cc0d4b4', '00000000-0000-4000-8000-000000000006', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.927853', NULL, '2026-11-28 07:15:09.927857', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-8033-b901-9f334dfd3525', '00000000-0000-4000-8000-000000000007', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.927861', NULL, '2026-11-28 07:15:09.927864', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-803f-a103-e07dbf6c423e', '00000000-0000-4000-8000-000000000008', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'not modified', NULL, NULL, '{}', NULL, '2026-11-28 07:15:09.927868', NULL, '2026-11-28 07:15:09.927871', 0, NULL, 'held', NULL, NULL),
	('b5853fbe-0000-803d-8b49-8a346306612f', '00000000-0000-4000-8000-000000000000', 'd3e7fc1a-39a4-471c-a05c-714dd47ac1e9', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'change', 'COMPLETE', 'updated', '00000000-0000-4000-8000-000000000000', '5b71bc3292662e44efbe7375db066d7ddcabc91e2aa4247c533c99113dbdcf43', '{}', '2026-01-01 00:00:03', '2026-11-28 07:15:09.930101', NULL, '2026-11-28 07:15:09.95176', 0, NULL, NULL, NULL, NULL),
	('b5853fbe-0000-8042-9400-93141009ce76', '00000000-0000-4000-8000-000000000004', '89155e7d-1d89-52c0-b44c-eb44db3a517c', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'deleted', '00000000-0000-4000-8000-000000000004', NULL, '{}', NULL, '2026-11-28 07:15:10.024857', NULL, '2026-11-28 07:15:10.086412', 0, NULL, 'deleted', NULL, 'Dataset 4, version 1'),
	('b5853fbe-0000-8042-b727-4d6b2a1b718e', '00000000-0000-4000-8000-000000000006', '89155e7d-1d89-52c0-b44c-eb44db3a517c', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'deleted', '00000000-0000-4000-8000-000000000006', NULL, '{}', NULL, '2026-11-28 07:15:10.024845', NULL, '2026-11-28 07:15:10.08643', 0, NULL, 'deleted', NULL, 'Dataset 6, version 1'),
	('b5853fbe-0000-8043-be49-d22e70e63b93', '00000000-0000-4000-8000-000000000002', '89155e7d-1d89-52c0-b44c-eb44db3a517c', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'deleted', '00000000-0000-4000-8000-000000000002', NULL, '{}', NULL, '2026-11-28 07:15:10.02487', NULL, '2026-11-28 07:15:10.086442', 0, NULL, 'deleted', NULL, 'Dataset 2, version 1'),
	('b5853fbe-0000-8046-aede-665e293e1d55', '00000000-0000-4000-8000-000000000005', '89155e7d-1d89-52c0-b44c-eb44db3a517c', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'deleted', '00000000-0000-4000-8000-000000000005', NULL, '{}', NULL, '2026-11-28 07:15:10.024703', NULL, '2026-11-28 07:15:10.086453', 0, NULL, 'deleted', NULL, 'Dataset 5, version 1'),
	('b5853fbe-0000-804b-a6b0-d0d46c238adb', '00000000-0000-4000-8000-000000000007', '89155e7d-1d89-52c0-b44c-eb44db3a517c', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'deleted', '00000000-0000-4000-8000-000000000007', NULL, '{}', NULL, '2026-11-28 07:15:10.024837', NULL, '2026-11-28 07:15:10.086464', 0, NULL, 'deleted', NULL, 'Dataset 7, version 1'),
	('b5853fbe-0000-804c-a2e5-c9a78f1f0334', '00000000-0000-4000-8000-000000000008', '89155e7d-1d89-52c0-b44c-eb44db3a517c', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'deleted', '00000000-0000-4000-8000-000000000008', NULL, '{}', NULL, '2026-11-28 07:15:10.024864', NULL, '2026-11-28 07:15:10.086476', 0, NULL, 'deleted', NULL, '00000000-0000-4000-8000-000000000008'),
	('b5853fbe-0000-804c-ae8c-99ef6c6316da', '00000000-0000-4000-8000-000000000003', '89155e7d-1d89-52c0-b44c-eb44db3a517c', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'delete', 'COMPLETE', 'deleted', '00000000-0000-4000-8000-000000000003', NULL, '{}', NULL, '2026-11-28 07:15:10.024851', NULL, '2026-11-28 07:15:10.086488', 0, NULL, 'deleted', NULL, 'Dataset 3, version 1'),
	('b5853fbf-0000-805a-898a-8c36623c7cd2', '00000000-0000-4000-8000-000000000004', '1127e499-985e-4dfe-b471-8ac8811f1733', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000004', '34fce35b2ada81f415d2095eff066fb0cc374aea31fe35937f0f653a05808b36', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:10.190457', NULL, '2026-11-28 07:15:10.245486', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8054-81c4-27c4860e274f', '00000000-0000-4000-8000-000000000002', '1127e499-985e-4dfe-b471-8ac8811f1733', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000002', '022981b4072557976b44a1116f3eadf7b650bea10fed712645ac0a182fa4454c', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:10.190475', NULL, '2026-11-28 07:15:10.24538', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8056-8974-1208232badf8', '00000000-0000-4000-8000-000000000005', '1127e499-985e-4dfe-b471-8ac8811f1733', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000005', 'adb52329bf62373f854e434268f3c516eb598b38fb677e0c9e57cb9e5b7ede3a', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:10.190481', NULL, '2026-11-28 07:15:10.245456', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8056-a9d1-d844d2ace8a0', '00000000-0000-4000-8000-000000000003', '1127e499-985e-4dfe-b471-8ac8811f1733', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000003', 'ab07b4000e826bb50f9fe0d01f0f091b1180768e076d69f245559a46b3f5b76a', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:10.190508', NULL, '2026-11-28 07:15:10.245466', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8058-9550-919ebb0f8ecd', '00000000-0000-4000-8000-000000000006', '1127e499-985e-4dfe-b471-8ac8811f1733', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000006', '5eb683696d82bbf32a72b9d7957cb70323a9030deaf49228b760fa148d767a02', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:10.190468', NULL, '2026-11-28 07:15:10.245473', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8059-81ae-c0f6623a21aa', '00000000-0000-4000-8000-000000000008', '1127e499-985e-4dfe-b471-8ac8811f1733', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000008', '0136609ca898b6ec7a7a1320b7ad39522c0b959a3f1988306631eaa84d09529c', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:10.190493', NULL, '2026-11-28 07:15:10.24548', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-805e-a5e9-781ccb04f305', '00000000-0000-4000-8000-000000000007', '1127e499-985e-4dfe-b471-8ac8811f1733', 'b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'new', 'COMPLETE', 'added', '00000000-0000-4000-8000-000000000007', 'bfdd0065c45015136ebfe6bff85ce6d58c4bdc86aad84e426971e8b610df0066', '{}', '2026-01-01 00:00:01', '2026-11-28 07:15:10.190487', NULL, '2026-11-28 07:15:10.245492', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8012-85e0-4cda14ae4d71', 'record-0', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:10.472495', NULL, '2026-11-28 07:15:10.493416', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801b-9ed6-d7ccd1e5d6f8', 'record-1', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'ERROR', 'errored', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:10.4725', NULL, '2026-11-28 07:15:10.493462', 1, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801c-bbb3-f018eafb3d68', 'record-3', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:10.472507', NULL, '2026-11-28 07:15:10.493469', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801d-9be0-e106df64ad68', 'record-4', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:10.472504', NULL, '2026-11-28 07:15:10.493474', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801e-a3eb-1465cdcbff93', 'record-5', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:10.47252', NULL, '2026-11-28 07:15:10.493478', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801f-909f-4d78a37de1b9', 'record-2', '58b7d07a-f3e1-4d8a-a99d-a70979f8bcab', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'ERROR', 'errored', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:10.472524', NULL, '2026-11-28 07:15:10.49349', 1, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8010-90e8-265382cba102', 'record-0', '3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/aborted"}', NULL, '2026-11-28 07:15:10.571419', NULL, '2026-11-28 07:15:10.590171', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801a-9cc7-21539654be78', 'record-1', '3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/aborted"}', NULL, '2026-11-28 07:15:10.571428', NULL, '2026-11-28 07:15:10.590218', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801b-ba15-28494d739201', 'record-2', '3fa0b00d-c42b-4e0c-a388-dc6eb57f9ef2', 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/aborted"}', NULL, '2026-11-28 07:15:10.571424', NULL, '2026-11-28 07:15:10.590225', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8013-ba9c-8512c0a1bba1', 'record-2', 'a24c74ee-6be3-4da6-a785-a206b7839590', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/paused"}', NULL, '2026-11-28 07:15:10.7036', NULL, '2026-11-28 07:15:10.719969', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801e-8850-69a63d96a945', 'record-1', 'a24c74ee-6be3-4da6-a785-a206b7839590', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/paused"}', NULL, '2026-11-28 07:15:10.703605', NULL, '2026-11-28 07:15:10.720014', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801f-ad29-fdcb2a45608c', 'record-0', 'a24c74ee-6be3-4da6-a785-a206b7839590', 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/paused"}', NULL, '2026-11-28 07:15:10.703543', NULL, '2026-11-28 07:15:10.720021', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8016-bde8-3e29b1b560e4', 'record-1', 'cd36e5ea-c736-4215-886f-8bdb01d96efe', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/cleared"}', NULL, '2026-11-28 07:15:10.813513', NULL, '2026-11-28 07:15:10.829265', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8018-964b-d4641aa64de1', 'record-2', 'cd36e5ea-c736-4215-886f-8bdb01d96efe', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/cleared"}', NULL, '2026-11-28 07:15:10.813509', NULL, '2026-11-28 07:15:10.829357', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8018-9ec6-b119157a8718', 'record-0', 'cd36e5ea-c736-4215-886f-8bdb01d96efe', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/cleared"}', NULL, '2026-11-28 07:15:10.813504', NULL, '2026-11-28 07:15:10.829367', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8012-a749-29e5ea014b83', 'record-1', '3e973454-f1c4-44b3-8269-f26ab72851bc', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/gone"}', NULL, '2026-11-28 07:15:10.935643', NULL, '2026-11-28 07:15:10.963755', 0, NULL, NULL, NULL, NULL);
INSERT INTO harvest.object VALUES
	('b5853fbf-0000-8018-bf0e-57b721686910', 'record-0', '3e973454-f1c4-44b3-8269-f26ab72851bc', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/gone"}', NULL, '2026-11-28 07:15:10.935627', NULL, '2026-11-28 07:15:10.963863', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801c-87ef-2919847261a6', 'record-2', '3e973454-f1c4-44b3-8269-f26ab72851bc', '0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/gone"}', NULL, '2026-11-28 07:15:10.935635', NULL, '2026-11-28 07:15:10.963873', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8014-86f6-38643308a71b', 'record-2', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 'f595f821-8b37-4889-986a-4e3570d54291', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/history"}', NULL, '2026-11-28 07:15:11.114581', NULL, '2026-11-28 07:15:11.139023', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8014-adc7-71edaa66d41b', 'record-0', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 'f595f821-8b37-4889-986a-4e3570d54291', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/history"}', NULL, '2026-11-28 07:15:11.114574', NULL, '2026-11-28 07:15:11.139088', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801e-ab38-16216c831336', 'record-1', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 'f595f821-8b37-4889-986a-4e3570d54291', 'new', 'COMPLETE', 'added', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/history"}', NULL, '2026-11-28 07:15:11.114587', NULL, '2026-11-28 07:15:11.139213', 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8028-a2e4-669ccd831c4c', 'record-2', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'ERROR', 'errored', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:11.21925', NULL, '2026-11-28 07:15:11.246407', 1, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-802d-a870-33f6c8d9a40a', 'record-1', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', '3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'new', 'ERROR', 'errored', NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/failing"}', NULL, '2026-11-28 07:15:11.219238', NULL, '2026-11-28 07:15:11.246415', 1, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8020-bf70-1aaea94fa55f', 'record-2', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'delete', 'COMPLETE', 'deleted', NULL, NULL, '{}', NULL, '2026-11-28 07:15:11.480013', NULL, '2026-11-28 07:15:11.512185', 0, NULL, 'deleted', NULL, NULL),
	('b5853fbf-0000-802b-9b94-833833093cc0', 'record-0', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'delete', 'COMPLETE', 'deleted', NULL, NULL, '{}', NULL, '2026-11-28 07:15:11.479996', NULL, '2026-11-28 07:15:11.512347', 0, NULL, 'deleted', NULL, NULL),
	('b5853fbf-0000-802b-b806-70f759143671', 'record-1', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', 'f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'delete', 'COMPLETE', 'deleted', NULL, NULL, '{}', NULL, '2026-11-28 07:15:11.480006', NULL, '2026-11-28 07:15:11.512357', 0, NULL, 'deleted', NULL, NULL),
	('b5853fbf-0000-8013-857a-4cebc684bd65', 'record-0', '132a4788-b96a-4972-8741-632d29c75cdb', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'new', 'WAITING', NULL, NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/under-way"}', NULL, '2026-11-28 07:15:11.672219', NULL, NULL, 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-801a-8972-2f168edd7671', 'record-1', '132a4788-b96a-4972-8741-632d29c75cdb', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'new', 'WAITING', NULL, NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/under-way"}', NULL, '2026-11-28 07:15:11.672227', NULL, NULL, 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8017-b849-e97a93eaa9bf', 'record-4', '132a4788-b96a-4972-8741-632d29c75cdb', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'new', 'WAITING', NULL, NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/under-way"}', NULL, '2026-11-28 07:15:11.672235', NULL, NULL, 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8012-ad40-4d0875c7e6f1', 'record-3', '132a4788-b96a-4972-8741-632d29c75cdb', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'new', 'WAITING', NULL, NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/under-way"}', NULL, '2026-11-28 07:15:11.672242', NULL, NULL, 0, NULL, NULL, NULL, NULL),
	('b5853fbf-0000-8014-b686-34fe0a9c8d2a', 'record-2', '132a4788-b96a-4972-8741-632d29c75cdb', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'new', 'WAITING', NULL, NULL, NULL, '{"kind": "test", "origin": "http://127.0.0.1/under-way"}', NULL, '2026-11-28 07:15:11.672249', NULL, NULL, 0, NULL, NULL, NULL, NULL);
INSERT INTO harvest.source_statistics VALUES
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 1, 1, 0, 0, 3, '3e973454-f1c4-44b3-8269-f26ab72851bc', '3e973454-f1c4-44b3-8269-f26ab72851bc', '2026-11-28 07:15:10.991374', 'finished', 'harvest', 3, 0, 0),
	('f595f821-8b37-4889-986a-4e3570d54291', 1, 1, 0, 0, 3, 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945', '2026-11-28 07:15:11.159685', 'finished', 'harvest', 3, 0, 0),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 2, 2, 0, 0, 4, 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', 'ecf670e8-a370-462b-80e1-c93a8f8fcd79', '2026-11-28 07:15:11.265973', 'finished', 'retry', 0, 2, 0),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 5, 5, 0, 0, 9, '1127e499-985e-4dfe-b471-8ac8811f1733', '1127e499-985e-4dfe-b471-8ac8811f1733', '2026-11-28 07:15:10.271843', 'finished', 'undo', 7, 0, 0),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 2, 1, 0, 1, 3, '14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c', '14f08393-5fc5-4bc5-bbf7-a8c4b87eea7c', '2026-11-28 07:15:10.616658', 'aborted', 'harvest', NULL, NULL, NULL),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 1, 1, 0, 0, 3, 'a24c74ee-6be3-4da6-a785-a206b7839590', 'a24c74ee-6be3-4da6-a785-a206b7839590', '2026-11-28 07:15:10.739668', 'finished', 'harvest', 3, 0, 0),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 2, 2, 0, 0, 0, '9bb34c9c-bfaf-4738-a994-a5aac5a96570', '9bb34c9c-bfaf-4738-a994-a5aac5a96570', '2026-11-28 07:15:11.536724', 'finished', 'clear', 3, 0, 3),
	('fc3642ce-9bf0-4d31-b488-d559d5731ee2', 1, 0, 0, 0, 0, '132a4788-b96a-4972-8741-632d29c75cdb', NULL, NULL, NULL, NULL, NULL, NULL, NULL);
INSERT INTO ops.activity VALUES
	('jobs_created', 'run-test', 9),
	('records', 'skipped', 9),
	('records', 'unchanged', 6),
	('records', 'updated', 2),
	('jobs_ended', 'held', 2),
	('records', 'added', 35),
	('errors', 'plugin_error', 2),
	('errors', 'reported', 2),
	('records', 'errored', 4),
	('jobs_ended', 'aborted', 1),
	('records', 'deleted', 10),
	('jobs_ended', 'finished', 11),
	('events', '', 278),
	('gathered', '', 65),
	('jobs_created', 'cli', 6);
INSERT INTO ops.bulk VALUES
	('7e4695a0-9f3f-40dc-96ad-67ecbfc6bcff', 'resume', '{}', 2, 6, 0, 'cli', 'cli', '2026-11-28 07:15:11.615111+00', NULL, NULL, NULL, NULL);
INSERT INTO ops.bulk_source VALUES
	('7e4695a0-9f3f-40dc-96ad-67ecbfc6bcff', 1, 'c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'aborted', 'aborted', 3, '50b088f89ebd1c412fe8269a1e284c3f', NULL, '', NULL),
	('7e4695a0-9f3f-40dc-96ad-67ecbfc6bcff', 2, 'c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'paused', 'paused', 3, '4c661df7a48805b0db2393e1f4fe16e9', NULL, '', NULL);
INSERT INTO ops.checkpoint VALUES
	('notices', 0),
	('source_datasets', 0),
	('work', 278);
INSERT INTO ops.dataset VALUES
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000001', '00000000-0000-4000-8000-000000000001', 'b5853fbe-0000-801b-b077-bf91a7946cc5', '5834ec9b0a6a7d5eb468703613ea2b784ffb9e0a959640c91361ea06ea868ef4', 21, 1, false, '2026-01-01T00:00:01', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000005', '00000000-0000-4000-8000-000000000005', 'b5853fbf-0000-8056-8974-1208232badf8', 'adb52329bf62373f854e434268f3c516eb598b38fb677e0c9e57cb9e5b7ede3a', 113, 5, false, '2026-01-01T00:00:01', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000000', '00000000-0000-4000-8000-000000000000', 'b5853fbe-0000-803d-8b49-8a346306612f', '5b71bc3292662e44efbe7375db066d7ddcabc91e2aa4247c533c99113dbdcf43', 68, 3, false, '2026-01-01T00:00:03', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000002', '00000000-0000-4000-8000-000000000002', 'b5853fbf-0000-8054-81c4-27c4860e274f', '022981b4072557976b44a1116f3eadf7b650bea10fed712645ac0a182fa4454c', 112, 5, false, '2026-01-01T00:00:01', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000003', '00000000-0000-4000-8000-000000000003', 'b5853fbf-0000-8056-a9d1-d844d2ace8a0', 'ab07b4000e826bb50f9fe0d01f0f091b1180768e076d69f245559a46b3f5b76a', 114, 5, false, '2026-01-01T00:00:01', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000006', '00000000-0000-4000-8000-000000000006', 'b5853fbf-0000-8058-9550-919ebb0f8ecd', '5eb683696d82bbf32a72b9d7957cb70323a9030deaf49228b760fa148d767a02', 115, 5, false, '2026-01-01T00:00:01', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000008', '00000000-0000-4000-8000-000000000008', 'b5853fbf-0000-8059-81ae-c0f6623a21aa', '0136609ca898b6ec7a7a1320b7ad39522c0b959a3f1988306631eaa84d09529c', 116, 5, false, '2026-01-01T00:00:01', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000004', '00000000-0000-4000-8000-000000000004', 'b5853fbf-0000-805a-898a-8c36623c7cd2', '34fce35b2ada81f415d2095eff066fb0cc374aea31fe35937f0f653a05808b36', 117, 5, false, '2026-01-01T00:00:01', NULL, NULL),
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', '00000000-0000-4000-8000-000000000007', '00000000-0000-4000-8000-000000000007', 'b5853fbf-0000-805e-a5e9-781ccb04f305', 'bfdd0065c45015136ebfe6bff85ce6d58c4bdc86aad84e426971e8b610df0066', 118, 5, false, '2026-01-01T00:00:01', NULL, NULL),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-0', NULL, 'b5853fbf-0000-8012-85e0-4cda14ae4d71', NULL, 135, 1, false, NULL, NULL, NULL),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-3', NULL, 'b5853fbf-0000-801c-bbb3-f018eafb3d68', NULL, 137, 1, false, NULL, NULL, NULL),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-4', NULL, 'b5853fbf-0000-801d-9be0-e106df64ad68', NULL, 138, 1, false, NULL, NULL, NULL),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'record-5', NULL, 'b5853fbf-0000-801e-a3eb-1465cdcbff93', NULL, 139, 1, false, NULL, NULL, NULL),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'record-0', NULL, 'b5853fbf-0000-8010-90e8-265382cba102', NULL, 156, 1, false, NULL, NULL, NULL),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'record-1', NULL, 'b5853fbf-0000-801a-9cc7-21539654be78', NULL, 157, 1, false, NULL, NULL, NULL),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'record-2', NULL, 'b5853fbf-0000-801b-ba15-28494d739201', NULL, 158, 1, false, NULL, NULL, NULL),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'record-2', NULL, 'b5853fbf-0000-8013-ba9c-8512c0a1bba1', NULL, 172, 1, false, NULL, NULL, NULL),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'record-1', NULL, 'b5853fbf-0000-801e-8850-69a63d96a945', NULL, 173, 1, false, NULL, NULL, NULL),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'record-0', NULL, 'b5853fbf-0000-801f-ad29-fdcb2a45608c', NULL, 174, 1, false, NULL, NULL, NULL),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'record-1', NULL, 'b5853fbf-0000-8012-a749-29e5ea014b83', NULL, 204, 1, false, NULL, NULL, NULL),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'record-0', NULL, 'b5853fbf-0000-8018-bf0e-57b721686910', NULL, 205, 1, false, NULL, NULL, NULL),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'record-2', NULL, 'b5853fbf-0000-801c-87ef-2919847261a6', NULL, 206, 1, false, NULL, NULL, NULL),
	('f595f821-8b37-4889-986a-4e3570d54291', 'record-2', NULL, 'b5853fbf-0000-8014-86f6-38643308a71b', NULL, 220, 1, false, NULL, NULL, NULL),
	('f595f821-8b37-4889-986a-4e3570d54291', 'record-0', NULL, 'b5853fbf-0000-8014-adc7-71edaa66d41b', NULL, 221, 1, false, NULL, NULL, NULL),
	('f595f821-8b37-4889-986a-4e3570d54291', 'record-1', NULL, 'b5853fbf-0000-801e-ab38-16216c831336', NULL, 222, 1, false, NULL, NULL, NULL),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'record-2', NULL, 'b5853fbf-0000-8020-bf70-1aaea94fa55f', NULL, 252, 2, true, NULL, NULL, NULL),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'record-0', NULL, 'b5853fbf-0000-802b-9b94-833833093cc0', NULL, 254, 2, true, NULL, NULL, NULL),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'record-1', NULL, 'b5853fbf-0000-802b-b806-70f759143671', NULL, 256, 2, true, NULL, NULL, NULL);
INSERT INTO ops.job_progress VALUES
	('132a4788-b96a-4972-8741-632d29c75cdb', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'harvest', 0, false, '2026-11-28 07:15:11.664335+00', 'finished', 1, true, true, '2026-11-28 07:15:11.665757+00', 0, 5, 0, 0, 0, 0, 0, 0, 0, '2026-11-28 07:15:11.667047+00', 0, NULL, NULL, NULL, 0, NULL, '2026-11-28 07:15:11.675605+00');
INSERT INTO ops.membership VALUES
	('8befc9f8-f917-494d-8c24-0c703b423a26', 'ceaf137e-ffc0-4cda-a523-dbd8b575b93b', 'editor', '2026-11-28 07:15:09.047004+00', 'cli');
INSERT INTO ops.migration VALUES
	('0001_event_log', '2026-11-28 07:15:07.991941+00'),
	('0002_order_of_jobs', '2026-11-28 07:15:07.991941+00'),
	('0003_many_jobs', '2026-11-28 07:15:07.991941+00'),
	('0003_running_jobs', '2026-11-28 07:15:07.991941+00'),
	('0004_workers', '2026-11-28 07:15:07.991941+00'),
	('0005_rebuild_progress', '2026-11-28 07:15:07.991941+00'),
	('0006_waiting_names', '2026-11-28 07:15:07.991941+00'),
	('0007_progress', '2026-11-28 07:15:07.991941+00'),
	('0008_schedules', '2026-11-28 07:15:07.991941+00'),
	('0009_hidden_datasets', '2026-11-28 07:15:07.991941+00'),
	('0010_remote_hosts', '2026-11-28 07:15:07.991941+00'),
	('0011_retention', '2026-11-28 07:15:07.991941+00'),
	('0011_retention_tables', '2026-11-28 07:15:07.991941+00'),
	('0012_notices', '2026-11-28 07:15:07.991941+00'),
	('0013_log_lines', '2026-11-28 07:15:07.991941+00'),
	('0014_datasets_by_guid', '2026-11-28 07:15:07.991941+00'),
	('0015_site', '2026-11-28 07:15:07.991941+00'),
	('0015_site_secret_keys', '2026-11-28 07:15:07.991941+00'),
	('0016_room_for_updates', '2026-11-28 07:15:07.991941+00'),
	('0017_scheduled_jobs', '2026-11-28 07:15:07.991941+00'),
	('0019_persons', '2026-11-28 07:15:07.991941+00'),
	('0020_catalogue_dates', '2026-11-28 07:15:07.991941+00'),
	('0020_live', '2026-11-28 07:15:07.991941+00'),
	('0020_reads', '2026-11-28 07:15:07.991941+00'),
	('0020_reads_catalogue', '2026-11-28 07:15:07.991941+00'),
	('0021_source_datasets', '2026-11-28 07:15:07.991941+00'),
	('0021_source_organizations', '2026-11-28 07:15:07.991941+00'),
	('0022_options', '2026-11-28 07:15:07.991941+00'),
	('0024_web_sessions', '2026-11-28 07:15:07.991941+00'),
	('0030_bulk', '2026-11-28 07:15:07.991941+00'),
	('0032_forms', '2026-11-28 07:15:07.991941+00'),
	('0032_sessions', '2026-11-28 07:15:07.991941+00'),
	('0032_system', '2026-11-28 07:15:07.991941+00'),
	('0037_bulk_rights', '2026-11-28 07:15:07.991941+00');
INSERT INTO ops.organization VALUES
	('ceaf137e-ffc0-4cda-a523-dbd8b575b93b', 'amt', 'The office', '2026-11-28 07:15:08.553444+00', 'cli');
INSERT INTO ops.person VALUES
	('8befc9f8-f917-494d-8c24-0c703b423a26', 'editor', '', 'editor@example.org', false, true, '2026-11-28 07:15:08.56487+00', 'cli', ''),
	('76e27bc5-9b64-4f92-9831-d1ba45118928', 'admin', '', 'admin@example.org', true, true, '2026-11-28 07:15:08.560337+00', 'cli', '$argon2id$v=19$m=65536,t=3,p=4$3LNYaz7f6L76I6rz7zXT3g$JyHPm19gbF+lCUd8W+0ycteTmG7q4yUe9ExoWWvpkzk');
INSERT INTO ops.read_version VALUES
	(6);
INSERT INTO ops.retained_job VALUES
	('f595f821-8b37-4889-986a-4e3570d54291', 'ce9f2b5c-3814-49e5-9a57-b41a9a0bf945');
INSERT INTO ops.schedule VALUES
	('b1e00147-6fc9-4736-b78e-2dbd90e66a4e', 'http://127.0.0.1:36467', 'DAILY', '', '', '', true, false, false, false, NULL, '2026-11-28 07:15:09.420885+00', false, NULL),
	('f595f821-8b37-4889-986a-4e3570d54291', 'http://127.0.0.1/history', 'MANUAL', '', '', '', true, false, false, false, NULL, '2026-11-28 07:15:11.031399+00', false, NULL),
	('3999ca25-9efb-4d39-835e-3c5fc2ba6b50', 'http://127.0.0.1/failing', 'MANUAL', '', '', '', true, false, false, false, NULL, '2026-11-28 07:15:10.351026+00', false, NULL),
	('c265ef57-5b9b-4537-aaad-d8460d9e6e01', 'http://127.0.0.1/aborted', 'MANUAL', '', '', '', true, false, false, false, NULL, '2026-11-28 07:15:10.528924+00', false, NULL),
	('c5d2c338-7b2e-48a4-a014-b9f7ca005e2c', 'http://127.0.0.1/paused', 'MANUAL', '', '', '', true, false, false, true, NULL, '2026-11-28 07:15:10.644755+00', false, NULL),
	('f19047cb-a6b8-4cb2-9c62-a92228c973f4', 'http://127.0.0.1/cleared', 'MANUAL', '', '', '', true, false, false, false, NULL, '2026-11-28 07:15:10.759694+00', false, NULL),
	('0c79cee5-e464-460b-a7c3-9aac9fc0bb85', 'http://127.0.0.1/gone', 'MANUAL', '', '', '', false, false, false, false, NULL, '2026-11-28 07:15:10.864205+00', false, NULL),
	('fc3642ce-9bf0-4d31-b488-d559d5731ee2', 'http://127.0.0.1/under-way', 'MANUAL', '', '', '', true, false, true, false, NULL, '2026-11-28 07:15:11.638173+00', false, NULL);
INSERT INTO ops.secret_key VALUES
	('cfc92deb', 'portal', true, '2026-11-28 07:15:09.399384+00');
INSERT INTO ops.site VALUES
	(true, 'golden', '2026-11-28 07:15:08.279199+00');
INSERT INTO ops.subscription VALUES
	('somebody@example.org', 'fc3642ce-9bf0-4d31-b488-d559d5731ee2', true, '2026-11-28 07:15:11.661327+00', 'cli');
INSERT INTO ops.token VALUES
	('998f89c9-1b99-4844-ac7d-5c757650a7fa', '\x15326c17fbf57791b479125b7ed8a940e0d21374ed3fc7e1c2551636339fbd96', '76e27bc5-9b64-4f92-9831-d1ba45118928', 'of a script', '{admin}', '2026-11-28 07:15:09.081478+00', 'cli', '2027-11-28 07:15:09.080642+00', NULL, '', NULL);
INSERT INTO ops.work VALUES
	('b5853fbf-0000-8013-857a-4cebc684bd65', '132a4788-b96a-4972-8741-632d29c75cdb', '2026-11-28 07:15:11.675605+00', 0, false, 0, NULL, NULL, 0, DEFAULT),
	('b5853fbf-0000-801a-8972-2f168edd7671', '132a4788-b96a-4972-8741-632d29c75cdb', '2026-11-28 07:15:11.675605+00', 0, false, 0, NULL, NULL, 0, DEFAULT),
	('b5853fbf-0000-8017-b849-e97a93eaa9bf', '132a4788-b96a-4972-8741-632d29c75cdb', '2026-11-28 07:15:11.675605+00', 0, false, 0, NULL, NULL, 0, DEFAULT),
	('b5853fbf-0000-8012-ad40-4d0875c7e6f1', '132a4788-b96a-4972-8741-632d29c75cdb', '2026-11-28 07:15:11.675605+00', 0, false, 0, NULL, NULL, 0, DEFAULT),
	('b5853fbf-0000-8014-b686-34fe0a9c8d2a', '132a4788-b96a-4972-8741-632d29c75cdb', '2026-11-28 07:15:11.675605+00', 0, false, 0, NULL, NULL, 0, DEFAULT);
SELECT pg_catalog.setval('catalogue.facet_change_id_seq', 23, true);
SELECT pg_catalog.setval('events.stored_event_notification_id_seq', 278, true);
SELECT pg_catalog.setval('ops.projection_request_id_seq', 1, false);
ALTER TABLE ONLY catalogue.collection
    ADD CONSTRAINT collection_kind_name_key UNIQUE (kind, name);
ALTER TABLE ONLY catalogue.collection
    ADD CONSTRAINT collection_pkey PRIMARY KEY (kind, id);
ALTER TABLE ONLY catalogue.facet_change
    ADD CONSTRAINT facet_change_pkey PRIMARY KEY (id);
ALTER TABLE ONLY catalogue.facet_count
    ADD CONSTRAINT facet_count_pkey PRIMARY KEY (facet);
ALTER TABLE ONLY catalogue.package
    ADD CONSTRAINT package_name_key UNIQUE (name);
ALTER TABLE ONLY catalogue.package
    ADD CONSTRAINT package_pkey PRIMARY KEY (id);
ALTER TABLE ONLY content.document
    ADD CONSTRAINT document_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY events.stored_event
    ADD CONSTRAINT stored_event_pkey PRIMARY KEY (originator_id, originator_version);
ALTER TABLE ONLY harvest.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (name);
ALTER TABLE ONLY harvest.dataset
    ADD CONSTRAINT dataset_pkey PRIMARY KEY (source_id, guid);
ALTER TABLE ONLY harvest.error_cause
    ADD CONSTRAINT error_cause_pkey PRIMARY KEY (job_id, of_gather, cause, gaps);
ALTER TABLE ONLY harvest.harvest_gather_error
    ADD CONSTRAINT harvest_gather_error_pkey PRIMARY KEY (id);
ALTER TABLE ONLY harvest.harvest_job
    ADD CONSTRAINT harvest_job_pkey PRIMARY KEY (id);
ALTER TABLE ONLY harvest.harvest_object_error
    ADD CONSTRAINT harvest_object_error_pkey PRIMARY KEY (id);
ALTER TABLE ONLY harvest.harvest_source
    ADD CONSTRAINT harvest_source_pkey PRIMARY KEY (id);
ALTER TABLE ONLY harvest.job_statistics
    ADD CONSTRAINT job_statistics_pkey PRIMARY KEY (job_id);
ALTER TABLE ONLY harvest.log_line
    ADD CONSTRAINT log_line_pkey PRIMARY KEY (id);
ALTER TABLE ONLY harvest.object
    ADD CONSTRAINT object_pkey PRIMARY KEY (id);
ALTER TABLE ONLY harvest.source_statistics
    ADD CONSTRAINT source_statistics_pkey PRIMARY KEY (source_id);
ALTER TABLE ONLY ops.activity
    ADD CONSTRAINT activity_pkey PRIMARY KEY (name, label);
ALTER TABLE ONLY ops.breaker
    ADD CONSTRAINT breaker_pkey PRIMARY KEY (scope, name);
ALTER TABLE ONLY ops.bulk
    ADD CONSTRAINT bulk_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.bulk_source
    ADD CONSTRAINT bulk_source_pkey PRIMARY KEY (bulk_id, place);
ALTER TABLE ONLY ops.checkpoint
    ADD CONSTRAINT checkpoint_pkey PRIMARY KEY (name);
ALTER TABLE ONLY ops.ckan_organization
    ADD CONSTRAINT ckan_organization_pkey PRIMARY KEY (key);
ALTER TABLE ONLY ops.content_candidate
    ADD CONSTRAINT content_candidate_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY ops.dataset
    ADD CONSTRAINT dataset_pkey PRIMARY KEY (source_id, guid);
ALTER TABLE ONLY ops.dead_letter
    ADD CONSTRAINT dead_letter_pkey PRIMARY KEY (topic, partition, record_offset, cluster_id);
ALTER TABLE ONLY ops.hidden_dataset
    ADD CONSTRAINT hidden_dataset_pkey PRIMARY KEY (source_id, guid);
ALTER TABLE ONLY ops.host_lease
    ADD CONSTRAINT host_lease_pkey PRIMARY KEY (host, holder);
ALTER TABLE ONLY ops.http_latency
    ADD CONSTRAINT http_latency_pkey PRIMARY KEY (route, method, status);
ALTER TABLE ONLY ops.job_progress
    ADD CONSTRAINT job_progress_pkey PRIMARY KEY (job_id);
ALTER TABLE ONLY ops.log_count
    ADD CONSTRAINT log_count_pkey PRIMARY KEY (job_id, severe);
ALTER TABLE ONLY ops.log_line
    ADD CONSTRAINT log_line_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.membership
    ADD CONSTRAINT membership_pkey PRIMARY KEY (person_id, organization_id);
ALTER TABLE ONLY ops.migration
    ADD CONSTRAINT migration_pkey PRIMARY KEY (name);
ALTER TABLE ONLY ops.organization
    ADD CONSTRAINT organization_name_key UNIQUE (name);
ALTER TABLE ONLY ops.organization
    ADD CONSTRAINT organization_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_job_id_channel_recipient_key UNIQUE (job_id, channel, recipient);
ALTER TABLE ONLY ops.outbox
    ADD CONSTRAINT outbox_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.package_mark
    ADD CONSTRAINT package_mark_pkey PRIMARY KEY (package_id);
ALTER TABLE ONLY ops.pause
    ADD CONSTRAINT pause_pkey PRIMARY KEY (scope, name);
ALTER TABLE ONLY ops.person
    ADD CONSTRAINT person_name_key UNIQUE (name);
ALTER TABLE ONLY ops.person
    ADD CONSTRAINT person_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.projection_request
    ADD CONSTRAINT projection_request_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.rebuild
    ADD CONSTRAINT rebuild_pkey PRIMARY KEY (projection);
ALTER TABLE ONLY ops.retained_job
    ADD CONSTRAINT retained_job_pkey PRIMARY KEY (source_id, job_id);
ALTER TABLE ONLY ops.retention
    ADD CONSTRAINT retention_pkey PRIMARY KEY (source_id);
ALTER TABLE ONLY ops.schedule
    ADD CONSTRAINT schedule_pkey PRIMARY KEY (source_id);
ALTER TABLE ONLY ops.secret_key
    ADD CONSTRAINT secret_key_pkey PRIMARY KEY (key_id);
ALTER TABLE ONLY ops.site
    ADD CONSTRAINT site_pkey PRIMARY KEY (one);
ALTER TABLE ONLY ops.snapshot
    ADD CONSTRAINT snapshot_pkey PRIMARY KEY (originator_id, class_version, originator_version);
ALTER TABLE ONLY ops.source_dataset
    ADD CONSTRAINT source_dataset_pkey PRIMARY KEY (source_id);
ALTER TABLE ONLY ops.subscription
    ADD CONSTRAINT subscription_pkey PRIMARY KEY (source_id, recipient);
ALTER TABLE ONLY ops.token
    ADD CONSTRAINT token_hash_key UNIQUE (hash);
ALTER TABLE ONLY ops.token
    ADD CONSTRAINT token_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.web_form
    ADD CONSTRAINT web_form_pkey PRIMARY KEY (hash);
ALTER TABLE ONLY ops.web_session
    ADD CONSTRAINT web_session_hash_key UNIQUE (hash);
ALTER TABLE ONLY ops.web_session
    ADD CONSTRAINT web_session_pkey PRIMARY KEY (id);
ALTER TABLE ONLY ops.work
    ADD CONSTRAINT work_pkey PRIMARY KEY (object_id);
ALTER TABLE ONLY ops.worker
    ADD CONSTRAINT worker_pkey PRIMARY KEY (worker);
ALTER TABLE ONLY ops.wrong_password
    ADD CONSTRAINT wrong_password_pkey PRIMARY KEY (hash);
CREATE INDEX package_facets_idx ON catalogue.package USING gin (facets) WHERE (state = 'active'::text);
CREATE INDEX package_modified_idx ON catalogue.package USING btree (metadata_modified, name) WHERE (state = 'active'::text);
CREATE INDEX package_private_idx ON catalogue.package USING btree (id) WHERE ((package ->> 'private'::text) = 'true'::text);
CREATE INDEX package_source_id_idx ON catalogue.package USING btree (source_id);
CREATE INDEX package_title_idx ON catalogue.package USING btree (lower(title), name) WHERE (state = 'active'::text);
CREATE INDEX package_waiting_idx ON catalogue.package USING btree (source_id, ((package ->> 'name'::text))) WHERE (name <> (package ->> 'name'::text));
CREATE INDEX package_words_idx ON catalogue.package USING gin (to_tsvector('simple'::regconfig, "left"((package)::text, 250000))) WHERE (state = 'active'::text);
CREATE INDEX stored_event_announced_idx ON events.stored_event USING btree (notification_id) WHERE (topic = ANY (ARRAY['job.created'::text, 'job.gather_started'::text, 'job.gather_finished'::text, 'job.deletions_held'::text, 'job.deletions_approved'::text, 'job.deletions_rejected'::text, 'job.finished'::text, 'job.aborted'::text, 'source.registered'::text, 'source.changed'::text, 'source.deactivated'::text, 'source.reactivated'::text, 'source.removed'::text, 'source.restored'::text, 'source.taken_over'::text]));
CREATE INDEX stored_event_job_ends_idx ON events.stored_event USING btree (notification_id) WHERE (topic = ANY (ARRAY['job.finished'::text, 'job.aborted'::text]));
CREATE UNIQUE INDEX stored_event_notification_id_idx ON events.stored_event USING btree (notification_id);
CREATE INDEX stored_event_recorded_at_idx ON events.stored_event USING brin (recorded_at);
CREATE INDEX stored_event_settings_idx ON events.stored_event USING btree (notification_id) WHERE (topic = ANY (ARRAY['source.registered'::text, 'source.changed'::text, 'source.deactivated'::text, 'source.reactivated'::text, 'source.paused'::text, 'source.resumed'::text]));
CREATE INDEX stored_event_slot_idx ON events.stored_event USING btree (originator_id, notification_id) WHERE ((topic = 'source.job_started'::text) AND (POSITION(('\x22736c6f74223a22'::bytea) IN (state)) > 0));
CREATE INDEX stored_event_source_dataset_idx ON events.stored_event USING btree (notification_id) WHERE (topic = ANY (ARRAY['source.registered'::text, 'source.changed'::text, 'source.deactivated'::text, 'source.reactivated'::text, 'source.removed'::text, 'source.restored'::text]));
CREATE INDEX stored_event_source_idx ON events.stored_event USING btree (originator_id) WHERE (topic = 'source.registered'::text);
CREATE INDEX dataset_active_idx ON harvest.dataset USING btree (source_id, guid) WHERE (state = 'active'::text);
CREATE INDEX dataset_deleted_idx ON harvest.dataset USING btree (source_id, guid) WHERE (state = 'deleted'::text);
CREATE INDEX dataset_package_id_idx ON harvest.dataset USING btree (package_id) WHERE (package_id IS NOT NULL);
CREATE INDEX error_cause_order_idx ON harvest.error_cause USING btree (job_id, of_gather, records DESC, errors DESC, cause);
CREATE INDEX guid_idx ON harvest.object USING btree (guid);
CREATE INDEX harvest_error_harvest_object_id_idx ON harvest.harvest_object_error USING btree (harvest_object_id);
CREATE INDEX harvest_gather_error_cause_idx ON harvest.harvest_gather_error USING btree (harvest_job_id, cause, id);
CREATE INDEX harvest_gather_error_job_id_idx ON harvest.harvest_gather_error USING btree (harvest_job_id, id);
CREATE INDEX harvest_job_created_idx ON harvest.harvest_job USING btree (created, id);
CREATE INDEX harvest_job_held_idx ON harvest.harvest_job USING btree (source_id, id) WHERE ((outcome = 'held'::text) AND (decision IS NULL));
CREATE INDEX harvest_job_id_idx ON harvest.object USING btree (harvest_job_id);
CREATE INDEX harvest_job_source_id_idx ON harvest.harvest_job USING btree (source_id, created, id);
CREATE INDEX harvest_job_source_status_idx ON harvest.harvest_job USING btree (source_id, status, created, id) WHERE (status <> 'Finished'::text);
CREATE INDEX harvest_job_status_idx ON harvest.harvest_job USING btree (status, created, id) WHERE (status <> 'Finished'::text);
CREATE INDEX harvest_log_created_idx ON harvest.log_line USING btree (created, id);
CREATE INDEX harvest_log_job_id_idx ON harvest.log_line USING btree (job_id, level, created, id) WHERE (job_id IS NOT NULL);
CREATE INDEX harvest_log_level_idx ON harvest.log_line USING btree (level, created, id);
CREATE INDEX harvest_log_source_id_idx ON harvest.log_line USING btree (source_id, level, created, id) WHERE (source_id IS NOT NULL);
CREATE INDEX harvest_object_error_cause_idx ON harvest.harvest_object_error USING btree (harvest_job_id, cause, id) WHERE (cause IS NOT NULL);
CREATE INDEX harvest_object_error_job_id_idx ON harvest.harvest_object_error USING btree (harvest_job_id, level, id);
CREATE INDEX harvest_source_created_idx ON harvest.harvest_source USING btree (created, id);
CREATE INDEX harvest_source_id_idx ON harvest.object USING btree (harvest_source_id);
CREATE INDEX harvest_source_name_idx ON harvest.harvest_source USING btree (name);
CREATE INDEX object_deletion_job_idx ON harvest.object USING btree (harvest_job_id, id) WHERE ((action = 'delete'::text) OR (removed IS NOT NULL));
CREATE INDEX object_deletion_source_idx ON harvest.object USING btree (harvest_source_id, id) WHERE ((action = 'delete'::text) OR (removed IS NOT NULL));
CREATE INDEX package_id_idx ON harvest.object USING btree (package_id) WHERE (package_id IS NOT NULL);
CREATE INDEX source_statistics_last_ended_idx ON harvest.source_statistics USING btree (last_ended_job_id);
CREATE INDEX breaker_probe_at_idx ON ops.breaker USING btree (probe_at) WHERE (opened_at IS NOT NULL);
CREATE INDEX bulk_created_idx ON ops.bulk USING btree (created_at);
CREATE INDEX bulk_source_left_idx ON ops.bulk_source USING btree (bulk_id, place) WHERE (outcome IS NULL);
CREATE INDEX bulk_source_skipped_idx ON ops.bulk_source USING btree (bulk_id, place) WHERE (outcome = 'skipped'::text);
CREATE INDEX bulk_waiting_idx ON ops.bulk USING btree (confirmed_at) WHERE ((confirmed_at IS NOT NULL) AND (finished_at IS NULL));
CREATE INDEX dataset_package_id_idx ON ops.dataset USING btree (package_id) WHERE (package_id IS NOT NULL);
CREATE INDEX dead_letter_recorded_idx ON ops.dead_letter USING btree (recorded_at);
CREATE INDEX hidden_dataset_due_idx ON ops.hidden_dataset USING btree (due_at);
CREATE INDEX job_progress_claimed_idx ON ops.job_progress USING btree (worker) WHERE (worker IS NOT NULL);
CREATE INDEX job_progress_gathering_idx ON ops.job_progress USING btree (lane) WHERE ((NOT inline) AND (gather <> 'finished'::text) AND (sent_until IS NOT NULL));
CREATE INDEX job_progress_inline_idx ON ops.job_progress USING btree (job_id) WHERE inline;
CREATE INDEX job_progress_lost_idx ON ops.job_progress USING btree (job_id) WHERE (deliveries > 2);
CREATE INDEX job_progress_over_idx ON ops.job_progress USING btree (job_id) WHERE ((gather = 'finished'::text) AND ((((((added + updated) + unchanged) + deleted) + errored) + skipped) >= objects));
CREATE INDEX job_progress_to_gather_idx ON ops.job_progress USING btree (lane, due_at) WHERE ((NOT inline) AND (gather <> 'finished'::text) AND (worker IS NULL) AND (sent_until IS NULL));
CREATE INDEX log_count_updated_idx ON ops.log_count USING btree (updated);
CREATE UNIQUE INDEX log_horizon_single ON ops.log_horizon USING btree ((true));
CREATE INDEX log_line_created_idx ON ops.log_line USING btree (created, id);
CREATE INDEX log_line_job_idx ON ops.log_line USING btree (job_id, level, created, id) WHERE (job_id IS NOT NULL);
CREATE INDEX log_line_level_idx ON ops.log_line USING btree (level, created, id);
CREATE INDEX log_line_source_idx ON ops.log_line USING btree (source_id, level, created, id) WHERE (source_id IS NOT NULL);
CREATE INDEX membership_organization_idx ON ops.membership USING btree (organization_id);
CREATE INDEX outbox_created_idx ON ops.outbox USING btree (created_at, id);
CREATE INDEX outbox_due_idx ON ops.outbox USING btree (channel, due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX outbox_unsent_idx ON ops.outbox USING btree (created_at, id) WHERE (sent_at IS NULL);
CREATE INDEX projection_request_waiting_idx ON ops.projection_request USING btree (id) WHERE (ended_at IS NULL);
CREATE INDEX schedule_after_idx ON ops.schedule USING btree (after);
CREATE INDEX schedule_due_idx ON ops.schedule USING btree (due_at) WHERE (planned AND (due_at IS NOT NULL));
CREATE INDEX schedule_paused_idx ON ops.schedule USING btree (source_id) WHERE paused;
CREATE INDEX schedule_source_text_idx ON ops.schedule USING btree (((source_id)::text) COLLATE "C");
CREATE INDEX schedule_unplanned_idx ON ops.schedule USING btree (source_id) WHERE (NOT planned);
CREATE UNIQUE INDEX secret_key_current_idx ON ops.secret_key USING btree (current) WHERE current;
CREATE INDEX source_dataset_due_idx ON ops.source_dataset USING btree (due_at) WHERE (due_at IS NOT NULL);
CREATE INDEX subscription_recipient_idx ON ops.subscription USING btree (recipient);
CREATE INDEX token_created_idx ON ops.token USING btree (created_at, id);
CREATE INDEX token_person_idx ON ops.token USING btree (person_id);
CREATE INDEX web_form_begun_idx ON ops.web_form USING btree (begun_at);
CREATE INDEX web_session_ends_idx ON ops.web_session USING btree (ends_at);
CREATE INDEX web_session_name_idx ON ops.web_session USING btree (name);
CREATE INDEX web_session_person_idx ON ops.web_session USING btree (person_id);
CREATE INDEX web_session_token_idx ON ops.web_session USING btree (token_id);
CREATE INDEX work_lost_idx ON ops.work USING btree (object_id) WHERE lost;
CREATE INDEX work_sent_idx ON ops.work USING btree (job_id) WHERE sent;
CREATE INDEX work_waiting_idx ON ops.work USING btree (job_id, due_at) WHERE (NOT sent);
CREATE INDEX wrong_password_as_of_idx ON ops.wrong_password USING btree (as_of);
CREATE TRIGGER forget_facets AFTER TRUNCATE ON catalogue.package FOR EACH STATEMENT EXECUTE FUNCTION catalogue.forget_facets();
CREATE TRIGGER note_facets AFTER INSERT OR DELETE OR UPDATE OF state, source_id, package ON catalogue.package FOR EACH ROW EXECUTE FUNCTION catalogue.note_facets();
CREATE TRIGGER job_moved BEFORE UPDATE OF gather, attempt, objects, added, updated, unchanged, deleted, errored, skipped, pages_unchanged, gather_errors ON ops.job_progress FOR EACH ROW EXECUTE FUNCTION ops.note_movement();
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR UPDATE OF shown OR TRUNCATE ON ops.ckan_organization FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ops.membership FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ops.organization FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR UPDATE OR TRUNCATE ON ops.person FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
CREATE TRIGGER read_version BEFORE DELETE OR UPDATE OF hash, person_id, scope, expires_at, revoked_at OR TRUNCATE ON ops.token FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
ALTER TABLE ONLY ops.bulk_source
    ADD CONSTRAINT bulk_source_bulk_id_fkey FOREIGN KEY (bulk_id) REFERENCES ops.bulk(id) ON DELETE CASCADE;
ALTER TABLE ONLY ops.membership
    ADD CONSTRAINT membership_organization_id_fkey FOREIGN KEY (organization_id) REFERENCES ops.organization(id) ON DELETE CASCADE;
ALTER TABLE ONLY ops.membership
    ADD CONSTRAINT membership_person_id_fkey FOREIGN KEY (person_id) REFERENCES ops.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY ops.token
    ADD CONSTRAINT token_person_id_fkey FOREIGN KEY (person_id) REFERENCES ops.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY ops.web_session
    ADD CONSTRAINT web_session_person_id_fkey FOREIGN KEY (person_id) REFERENCES ops.person(id) ON DELETE CASCADE;
ALTER TABLE ONLY ops.web_session
    ADD CONSTRAINT web_session_token_id_fkey FOREIGN KEY (token_id) REFERENCES ops.token(id) ON DELETE CASCADE;

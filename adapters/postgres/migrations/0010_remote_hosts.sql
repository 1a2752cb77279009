-- How many requests at a time each process may have under way to a remote host (`name:port`). All of it may be lost: the
-- processes agree again within a second.
CREATE TABLE ops.host_lease (
    host text NOT NULL,
    holder text NOT NULL, -- a process
    wanted integer NOT NULL, -- requests that it would like to have under way
    granted integer NOT NULL, -- requests that it may have under way
    turn_at timestamptz NOT NULL, -- since when it has been served, or has been waiting
    until timestamptz NOT NULL, -- unless it reports by then, it counts as dead
    PRIMARY KEY (host, holder)
);

-- Consecutive failures of remote hosts and of the target. From opened_at until a probe is answered nothing is sent there.
CREATE TABLE ops.breaker (
    scope text NOT NULL CHECK (scope IN ('host', 'target')),
    name text NOT NULL DEFAULT '', -- of the host, with its port
    failures integer NOT NULL,
    reason text NOT NULL DEFAULT '',
    url text NOT NULL DEFAULT '', -- of the host
    changed_at timestamptz NOT NULL DEFAULT now(),
    opened_at timestamptz,
    closed_at timestamptz, -- when it last closed
    openings integer NOT NULL DEFAULT 0, -- in a row, without a quiet period between them
    probes integer NOT NULL DEFAULT 0, -- since it was opened
    probe_at timestamptz,
    PRIMARY KEY (scope, name)
);
CREATE INDEX breaker_probe_at_idx ON ops.breaker (probe_at) WHERE opened_at IS NOT NULL;

-- Grants a process requests to a host, so that all processes together have at most `most` under way. When there are more
-- processes than that, they take turns. Asking for 0 returns what the process had.
CREATE FUNCTION ops.lease_host(
    a_host text, a_holder text, most integer, a_wanted integer, in_use integer, lease double precision, turn double precision
) RETURNS integer LANGUAGE plpgsql AS $$
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

-- Records what a process has seen of a remote host or the target: perhaps a success, then a number of failures in a row. Opens
-- the breaker at `most` failures. `waits`: seconds until its first probe, by how often it opened without a quiet period between.
CREATE FUNCTION ops.note_outcomes(
    a_scope text, a_name text, succeeded boolean, failed integer, a_reason text, a_url text, most integer,
    waits double precision[], calm double precision
) RETURNS boolean LANGUAGE plpgsql AS $$
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

-- The schedule of each source: its settings, projected from the log, and the next due time that the leader derives from them.
CREATE TABLE ops.schedule (
    source_id uuid PRIMARY KEY,
    url text NOT NULL,
    frequency text NOT NULL,
    cron text NOT NULL DEFAULT '',
    time_zone text NOT NULL DEFAULT '',
    blackout text NOT NULL DEFAULT '',
    active boolean NOT NULL,
    fresh boolean NOT NULL DEFAULT true, -- true: no job was ever started
    running boolean NOT NULL DEFAULT false,
    paused boolean NOT NULL DEFAULT false,
    paused_until timestamptz, -- NULL while paused: until somebody resumes it
    after timestamptz NOT NULL, -- slots up to this time are settled
    planned boolean NOT NULL DEFAULT false, -- false: a setting has changed, and the leader has yet to compute due_at
    due_at timestamptz -- when the next scheduled job may start; NULL: never
) WITH (fillfactor = 70);
CREATE INDEX schedule_due_idx ON ops.schedule (due_at) WHERE planned AND due_at IS NOT NULL;
CREATE INDEX schedule_unplanned_idx ON ops.schedule (source_id) WHERE NOT planned;
CREATE INDEX schedule_after_idx ON ops.schedule (after);
CREATE INDEX schedule_paused_idx ON ops.schedule (source_id) WHERE paused;

-- What people have paused: the whole site, a remote's host, or the target. Not in the log, so a rebuild leaves it alone.
CREATE TABLE ops.pause (
    scope text NOT NULL CHECK (scope IN ('all', 'host', 'target')),
    name text NOT NULL DEFAULT '', -- of the host; empty for the other scopes
    until timestamptz, -- NULL: until somebody resumes it
    since timestamptz NOT NULL DEFAULT now(),
    by text NOT NULL DEFAULT '',
    PRIMARY KEY (scope, name)
);

-- Finds settings of sources without reading the rest of the log.
CREATE INDEX stored_event_settings_idx ON events.stored_event (notification_id)
    WHERE topic IN ('source.registered', 'source.changed', 'source.deactivated', 'source.reactivated', 'source.paused',
        'source.resumed');

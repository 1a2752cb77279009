-- Counters for the metrics, raised while the read model follows the log and never recomputed. They may be lost: monitoring
-- systems expect counters to restart at zero. Unlogged, so they cost no write to disk.
CREATE UNLOGGED TABLE ops.activity (
    name text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (name, label)
) WITH (fillfactor = 50);

-- How long HTTP responses took, in all server processes together: each adds what it measured since the last time.
CREATE UNLOGGED TABLE ops.http_latency (
    route text COLLATE "C" NOT NULL, -- as declared: parameter names instead of the ids of a request
    method text COLLATE "C" NOT NULL,
    status smallint NOT NULL,
    buckets bigint[] NOT NULL, -- responses by duration; those in the last bucket took longer than the largest limit
    seconds float8 NOT NULL, -- total of all responses
    PRIMARY KEY (route, method, status)
) WITH (fillfactor = 50);

-- For a browser that comes back: the jobs and sources that changed after a position of the log.
CREATE INDEX stored_event_announced_idx ON events.stored_event (notification_id) WHERE topic IN (
    'job.created', 'job.gather_started', 'job.gather_finished', 'job.deletions_held', 'job.deletions_approved',
    'job.deletions_rejected', 'job.finished', 'job.aborted', 'source.registered', 'source.changed', 'source.deactivated',
    'source.reactivated', 'source.removed', 'source.restored', 'source.taken_over');

-- What the site has done, in numbers for its metrics: counted while the read model follows the log, never counted again. All of
-- it may be lost: counters of a monitoring system may begin again at zero. Unlogged: no write to the disk for them.
CREATE UNLOGGED TABLE ops.activity (
    name text COLLATE "C" NOT NULL,
    label text COLLATE "C" NOT NULL,
    total bigint NOT NULL,
    PRIMARY KEY (name, label)
) WITH (fillfactor = 50);

-- How long answers over HTTP took, of all server processes together: each adds what it has measured since it last did.
CREATE UNLOGGED TABLE ops.http_latency (
    route text COLLATE "C" NOT NULL, -- as it is declared, without the ids of a request
    method text COLLATE "C" NOT NULL,
    status smallint NOT NULL,
    buckets bigint[] NOT NULL, -- answers by duration, those of the last bucket took longer than any limit
    seconds float8 NOT NULL, -- of all of them together
    PRIMARY KEY (route, method, status)
) WITH (fillfactor = 50);

-- What a browser that was away has missed: the states of jobs and sources that changed after a position of the log.
CREATE INDEX stored_event_announced_idx ON events.stored_event (notification_id) WHERE topic IN (
    'job.created', 'job.gather_started', 'job.gather_finished', 'job.deletions_held', 'job.deletions_approved',
    'job.deletions_rejected', 'job.finished', 'job.aborted', 'source.registered', 'source.changed', 'source.deactivated',
    'source.reactivated', 'source.removed', 'source.restored', 'source.taken_over');

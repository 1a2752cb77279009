-- Mail and webhooks about jobs: how far the log has been read, what must be sent to whom, and who wants it. A rebuild leaves
-- all of it alone, so nothing is sent twice. There are no notices about jobs that ended before this migration.
INSERT INTO ops.checkpoint (name, notification_id) SELECT 'notices', coalesce(max(notification_id), 0) FROM events.stored_event;

CREATE INDEX stored_event_job_ends_idx ON events.stored_event (notification_id) WHERE topic IN ('job.finished', 'job.aborted');

CREATE TABLE ops.outbox (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    job_id uuid NOT NULL,
    source_id uuid NOT NULL,
    channel text NOT NULL CHECK (channel IN ('mail', 'webhook')),
    recipient text NOT NULL, -- a mail address in lower case, or a URL
    kind text NOT NULL, -- error, summary or digest; for a webhook the type of its event
    payload jsonb NOT NULL, -- the job as it ended
    event_number bigint NOT NULL, -- of the event that ended the job
    created_at timestamptz NOT NULL DEFAULT now(),
    due_at timestamptz, -- NULL: sent, or given up
    try_until timestamptz NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    error text, -- of the last attempt
    sent_at timestamptz,
    given_up_at timestamptz,
    UNIQUE (job_id, channel, recipient)
) WITH (fillfactor = 80);
CREATE INDEX outbox_due_idx ON ops.outbox (channel, due_at) WHERE due_at IS NOT NULL;
CREATE INDEX outbox_unsent_idx ON ops.outbox (created_at, id) WHERE sent_at IS NULL;
CREATE INDEX outbox_created_idx ON ops.outbox (created_at, id);

CREATE TABLE ops.subscription (
    recipient text NOT NULL, -- an address in lower case; '*': everybody
    source_id uuid NOT NULL, -- all zeros: every source
    wants boolean NOT NULL, -- true: gets notices about the source; false: gets none
    since timestamptz NOT NULL DEFAULT now(),
    by text NOT NULL DEFAULT '',
    PRIMARY KEY (source_id, recipient)
);
CREATE INDEX subscription_recipient_idx ON ops.subscription (recipient);

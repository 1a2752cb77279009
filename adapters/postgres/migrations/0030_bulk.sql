-- What is done to many sources at once. The set is frozen when it is counted: which sources, and how each was then. The leader
-- carries it out once somebody has confirmed it. What was never confirmed is forgotten after a day, the rest after 90 days.
CREATE TABLE ops.bulk (
    id uuid PRIMARY KEY,
    action text NOT NULL, -- harvest, pause, resume, schedule, clear, delete
    options jsonb NOT NULL DEFAULT '{}', -- chosen when it was confirmed
    sources integer NOT NULL,
    datasets bigint NOT NULL, -- that these sources held when they were counted
    left_out integer NOT NULL, -- sources that were found, and may not be changed by who asked
    created_by text NOT NULL,
    trigger text NOT NULL, -- cli or api, as jobs have it
    created_at timestamptz NOT NULL DEFAULT now(),
    confirmed_at timestamptz,
    finished_at timestamptz
);
CREATE INDEX bulk_waiting_idx ON ops.bulk (confirmed_at) WHERE confirmed_at IS NOT NULL AND finished_at IS NULL;
CREATE INDEX bulk_created_idx ON ops.bulk (created_at);

CREATE TABLE ops.bulk_source (
    bulk_id uuid NOT NULL REFERENCES ops.bulk ON DELETE CASCADE,
    place integer NOT NULL, -- from 1, in the order of their names
    source_id uuid NOT NULL,
    name text NOT NULL,
    title text NOT NULL,
    datasets bigint NOT NULL,
    state text NOT NULL, -- a hash of how the source was when it was counted
    outcome text, -- done, skipped; NULL: not yet
    reason text NOT NULL DEFAULT '', -- why it was skipped
    job_id uuid, -- the job that was made
    PRIMARY KEY (bulk_id, place)
);
CREATE INDEX bulk_source_left_idx ON ops.bulk_source (bulk_id, place) WHERE outcome IS NULL;
CREATE INDEX bulk_source_skipped_idx ON ops.bulk_source (bulk_id, place) WHERE outcome = 'skipped';

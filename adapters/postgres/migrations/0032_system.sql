-- What somebody asked to be done with a projection, for the leading coordinator; the last ones stay for people.
CREATE TABLE ops.projection_request (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    projection text NOT NULL,
    mode text NOT NULL, -- verify, rebuild, switch
    asked_at timestamptz NOT NULL DEFAULT now(),
    asked_by text NOT NULL,
    begun_at timestamptz, -- NULL: waits
    ended_at timestamptz, -- NULL: waits, or runs
    report jsonb, -- what it did, NULL when it failed
    error text NOT NULL DEFAULT ''
);
CREATE INDEX projection_request_waiting_idx ON ops.projection_request (id) WHERE ended_at IS NULL;

CREATE INDEX dead_letter_recorded_idx ON ops.dead_letter (recorded_at);

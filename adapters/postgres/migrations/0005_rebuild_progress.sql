-- How far the rebuild of the read model is: one row while it runs, for whoever waits for it.
CREATE UNLOGGED TABLE ops.rebuild (
    projection text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now(),
    step text NOT NULL,
    events bigint NOT NULL, -- in the log when it began
    done bigint NOT NULL DEFAULT 0 -- of them
);

-- Progress of a rebuild of the read model, for people who wait for it: one row while it runs.
CREATE UNLOGGED TABLE ops.rebuild (
    projection text PRIMARY KEY,
    started_at timestamptz NOT NULL DEFAULT now(),
    step text NOT NULL,
    events bigint NOT NULL, -- in the log when the rebuild began
    done bigint NOT NULL DEFAULT 0 -- events applied so far
);

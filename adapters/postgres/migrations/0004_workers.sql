-- Which processes are running and what they are doing: each reports every few seconds; people and `status` read it.
-- Unlogged: after a crash of Postgres they all report again, and a report costs no write to disk.
CREATE UNLOGGED TABLE ops.worker (
    worker text PRIMARY KEY,
    role text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    threads integer NOT NULL DEFAULT 0,
    busy integer NOT NULL DEFAULT 0,
    oldest_since timestamptz, -- when work began on the oldest record that a thread is busy with
    state jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50);

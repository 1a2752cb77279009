-- Which processes work, and what they are busy with: written by each every few seconds, read by people and by `status`.
-- Unlogged: after a crash of the server all of them report again, and a report costs no write to the disk.
CREATE UNLOGGED TABLE ops.worker (
    worker text PRIMARY KEY,
    role text NOT NULL,
    host text NOT NULL,
    pid integer NOT NULL,
    started_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(),
    threads integer NOT NULL DEFAULT 0,
    busy integer NOT NULL DEFAULT 0,
    oldest_since timestamptz, -- when the oldest record that a thread is busy with began
    state jsonb NOT NULL DEFAULT '{}'
) WITH (fillfactor = 50);

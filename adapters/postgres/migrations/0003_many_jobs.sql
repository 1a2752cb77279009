-- The coordinator never scans the rows of waiting jobs: it uses these indexes, or looks up jobs by id.

-- Jobs whose gather has finished and whose objects all have an outcome.
CREATE INDEX job_progress_over_idx ON ops.job_progress (job_id)
    WHERE gather = 'finished' AND added + updated + unchanged + deleted + errored + skipped >= objects;
-- Jobs to gather for which no command was sent yet; then those that are being gathered or whose command is on its way.
CREATE INDEX job_progress_to_gather_idx ON ops.job_progress (lane, due_at)
    WHERE NOT inline AND gather <> 'finished' AND worker IS NULL AND sent_until IS NULL;
CREATE INDEX job_progress_gathering_idx ON ops.job_progress (lane)
    WHERE NOT inline AND gather <> 'finished' AND sent_until IS NOT NULL;
-- For the search for lost work.
CREATE INDEX job_progress_claimed_idx ON ops.job_progress (worker) WHERE worker IS NOT NULL;
CREATE INDEX job_progress_lost_idx ON ops.job_progress (job_id) WHERE deliveries > 2;
CREATE INDEX job_progress_inline_idx ON ops.job_progress (job_id) WHERE inline;

ALTER TABLE ops.job_progress SET (autovacuum_vacuum_scale_factor = 0.05);

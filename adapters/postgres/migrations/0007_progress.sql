-- For people who watch a job: how many records the remote announced, and when the job last made progress. No decision depends
-- on them; a rebuild of ops.job_progress may lose them.
ALTER TABLE ops.job_progress ADD COLUMN expected bigint;
ALTER TABLE ops.job_progress ADD COLUMN moved_at timestamptz NOT NULL DEFAULT now();

CREATE FUNCTION ops.note_movement() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    NEW.moved_at := now();
    RETURN NEW;
END
$$;
-- Claims, leases and dispatch also update the row, but they are not progress.
CREATE TRIGGER job_moved BEFORE UPDATE OF gather, attempt, objects, added, updated, unchanged, deleted, errored, skipped,
    pages_unchanged, gather_errors ON ops.job_progress FOR EACH ROW EXECUTE FUNCTION ops.note_movement();

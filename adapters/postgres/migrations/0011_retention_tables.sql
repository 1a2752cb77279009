-- How far retention is with each source, what old jobs still have objects, and which documents may be unreferenced. All three
-- may be lost: then everything old is looked at again.
CREATE TABLE ops.retention (
    source_id uuid PRIMARY KEY,
    version bigint NOT NULL, -- of the source's stream: jobs that ended before have been looked at
    looked_at timestamptz NOT NULL
);
CREATE TABLE ops.retained_job (
    source_id uuid NOT NULL,
    job_id uuid NOT NULL,
    PRIMARY KEY (source_id, job_id)
);
CREATE TABLE ops.content_candidate (hash bytea PRIMARY KEY);

-- The object whose import found the document unchanged and told these validators; null: those that it was imported with.
ALTER TABLE ops.dataset ADD COLUMN validators_from uuid;

-- Removes whole streams and records that on the job's stream, both or nothing.
CREATE FUNCTION events.prune(streams uuid[], job uuid, version bigint, topic text, state bytea) RETURNS void
LANGUAGE plpgsql SET enable_hashjoin = off SET enable_mergejoin = off SET enable_seqscan = off AS $$
DECLARE
    result record;
BEGIN
    DELETE FROM events.stored_event WHERE originator_id = ANY (streams);
    SELECT * INTO result FROM events.append(
        ARRAY[job], ARRAY[version], ARRAY[topic], ARRAY[state], ARRAY[job], ARRAY[version - 1]);
    IF result.guarded OR result.conflicts IS NOT NULL THEN
        RAISE EXCEPTION 'job % was changed by somebody else', job USING ERRCODE = 'serialization_failure';
    END IF;
END
$$;

-- How far retention has come with each source, which old jobs still have objects, and which documents may be unreferenced. All
-- three may be lost: retention then looks at everything old again.
CREATE TABLE ops.retention (
    source_id uuid PRIMARY KEY,
    version bigint NOT NULL, -- of the source's stream: jobs that ended before it have been checked
    looked_at timestamptz NOT NULL
);
CREATE TABLE ops.retained_job (
    source_id uuid NOT NULL,
    job_id uuid NOT NULL,
    PRIMARY KEY (source_id, job_id)
);
CREATE TABLE ops.content_candidate (hash bytea PRIMARY KEY);

-- The object that found the document unchanged and brought these validators; NULL: they came with the imported document.
ALTER TABLE ops.dataset ADD COLUMN validators_from uuid;

-- Removes whole streams and records the removal on the job's stream, in one transaction.
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

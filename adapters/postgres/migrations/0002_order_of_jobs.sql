-- Of two facts about a dataset the one of the newer job counts, then the one with the larger event number. Deleted datasets keep
-- their row, so that a late import of an older job can't bring one back. Then what the next harvest may ask the remote with.
ALTER TABLE ops.dataset ADD COLUMN job_number integer NOT NULL DEFAULT 0; -- 0: a job older than numbers
ALTER TABLE ops.dataset ADD COLUMN deleted boolean NOT NULL DEFAULT false;
ALTER TABLE ops.dataset ADD COLUMN metadata_modified text;
ALTER TABLE ops.dataset ADD COLUMN validators jsonb; -- etag, last_modified of the document

-- Aggregates as they were at a version of their stream, so that a long stream isn't replayed from its beginning. Never the truth:
-- empty the table and nothing changes. A row whose class_version isn't the program's is not read.
CREATE TABLE ops.snapshot (
    originator_id uuid NOT NULL,
    class_version integer NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL, -- of the aggregate
    state bytea NOT NULL, -- JSON
    PRIMARY KEY (originator_id, class_version, originator_version)
);

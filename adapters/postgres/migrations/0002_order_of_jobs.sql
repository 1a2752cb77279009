-- Of two facts about a dataset the newer job's wins; within a job, the one with the larger event number. Deleted datasets keep
-- their row, so that a late import of an older job can't bring one back. `validators`: for conditional requests, next time.
ALTER TABLE ops.dataset ADD COLUMN job_number integer NOT NULL DEFAULT 0; -- 0: a job from before jobs had numbers
ALTER TABLE ops.dataset ADD COLUMN deleted boolean NOT NULL DEFAULT false;
ALTER TABLE ops.dataset ADD COLUMN metadata_modified text;
ALTER TABLE ops.dataset ADD COLUMN validators jsonb; -- etag, last_modified of the document

-- Snapshots of aggregates at a version of their stream, so that a long stream isn't replayed from its beginning. Only a cache:
-- emptying the table changes nothing. Rows whose class_version isn't the program's are ignored.
CREATE TABLE ops.snapshot (
    originator_id uuid NOT NULL,
    class_version integer NOT NULL,
    originator_version bigint NOT NULL,
    topic text NOT NULL, -- stored name of the aggregate's class
    state bytea NOT NULL, -- JSON
    PRIMARY KEY (originator_id, class_version, originator_version)
);

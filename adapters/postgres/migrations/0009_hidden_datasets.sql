-- Datasets that are hidden in the target and deleted when their grace period ends: a projection of imports, like ops.dataset.
CREATE TABLE ops.hidden_dataset (
    source_id uuid NOT NULL,
    guid text COLLATE "C" NOT NULL,
    package_id text,
    title text NOT NULL,
    due_at timestamptz NOT NULL,
    object_id uuid NOT NULL, -- the object that hid the dataset
    notification_id bigint NOT NULL,
    job_number integer NOT NULL,
    PRIMARY KEY (source_id, guid)
);
CREATE INDEX hidden_dataset_due_idx ON ops.hidden_dataset (due_at);

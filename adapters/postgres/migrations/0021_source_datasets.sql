-- Sources that are kept as datasets of type harvest in a CKAN (HARVEST_CKAN_SOURCES): which of them wait to be compared with
-- it. Not a projection, so a rebuild leaves it alone. The first run begins at the log's beginning: it stores every source.
INSERT INTO ops.checkpoint (name, notification_id) VALUES ('source_datasets', 0) ON CONFLICT DO NOTHING;

CREATE TABLE ops.source_dataset (
    source_id uuid PRIMARY KEY,
    wanted bigint NOT NULL, -- number of the source's last event that changed how it is shown; 0: only compare
    due_at timestamptz, -- NULL: CKAN's dataset was as the source when it was last compared
    attempts integer NOT NULL DEFAULT 0, -- that failed since it was last stored
    error text, -- of the last one
    stored_at timestamptz -- when it was last compared, and stored if it differed
) WITH (fillfactor = 70);
CREATE INDEX source_dataset_due_idx ON ops.source_dataset (due_at) WHERE due_at IS NOT NULL;

CREATE INDEX stored_event_source_dataset_idx ON events.stored_event (notification_id)
    WHERE topic IN ('source.registered', 'source.changed', 'source.deactivated', 'source.reactivated', 'source.removed',
        'source.restored');

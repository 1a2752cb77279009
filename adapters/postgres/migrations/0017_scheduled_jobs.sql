-- The last scheduled job of a source, however many others it had since: a rebuild of ops.schedule looks for it, and would read
-- the whole stream of a source that has none (decision 0046).
CREATE INDEX stored_event_slot_idx ON events.stored_event (originator_id, notification_id)
    WHERE topic = 'source.job_started' AND position('"slot":"'::bytea IN state) > 0;

-- Finds all sources without reading the rest of the log: the last job of each tells whether it has an unfinished one.
CREATE INDEX stored_event_source_idx ON events.stored_event (originator_id) WHERE topic = 'source.registered';

-- All sources, without a look at the rest of the log: the last job of each says whether one is unfinished.
CREATE INDEX stored_event_source_idx ON events.stored_event (originator_id) WHERE topic = 'source.registered';

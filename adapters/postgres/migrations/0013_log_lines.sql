-- Log lines that are not events: what plugins, libraries and our own modules logged. The view harvest.harvest_log shows them
-- together with the lines that the read model makes of events. A rebuild leaves them alone.
CREATE TYPE ops.log_level AS ENUM ('DEBUG', 'INFO', 'WARNING', 'ERROR', 'CRITICAL');

CREATE TABLE ops.log_line (
    id text COLLATE "C" PRIMARY KEY,
    content text NOT NULL,
    level ops.log_level NOT NULL,
    created timestamp NOT NULL, -- UTC, by the database's clock
    source_id text COLLATE "C",
    job_id text COLLATE "C",
    object_id text COLLATE "C",
    logger text NOT NULL,
    process text NOT NULL -- role, host and pid
);
CREATE INDEX log_line_created_idx ON ops.log_line (created, id);
CREATE INDEX log_line_level_idx ON ops.log_line (level, created, id);
CREATE INDEX log_line_job_idx ON ops.log_line (job_id, level, created, id) WHERE job_id IS NOT NULL;
CREATE INDEX log_line_source_idx ON ops.log_line (source_id, level, created, id) WHERE source_id IS NOT NULL;

-- How many lines a job logged, stored or not: lines above the limit are not stored.
CREATE TABLE ops.log_count (
    job_id text COLLATE "C" NOT NULL,
    severe boolean NOT NULL, -- true: WARNING and above, counted separately so that chatter can't push them out
    said bigint NOT NULL,
    updated timestamp NOT NULL,
    PRIMARY KEY (job_id, severe)
);
CREATE INDEX log_count_updated_idx ON ops.log_count (updated);

-- Lines before this time were removed; a rebuild of the read model skips them.
CREATE TABLE ops.log_horizon (before timestamp NOT NULL);
CREATE UNIQUE INDEX log_horizon_single ON ops.log_horizon ((true));

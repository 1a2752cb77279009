-- What answers of the server depend on, besides the projections: raised by whatever changes it, with the change itself, so that
-- an answer that is kept is known to be current by three numbers (decision 0058). One row.
CREATE TABLE ops.read_version (
    number bigint NOT NULL
) WITH (fillfactor = 50);
INSERT INTO ops.read_version VALUES (0);

-- Before the statement, and so before any row of these tables is locked: two that change them wait for one another here.
CREATE FUNCTION ops.raise_read_version() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    UPDATE ops.read_version SET number = number + 1;
    RETURN NULL;
END $$;
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE ON ops.person
    FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE ON ops.organization
    FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE ON ops.membership
    FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version();
CREATE TRIGGER read_version BEFORE DELETE OR TRUNCATE OR UPDATE OF hash, person_id, scope, expires_at, revoked_at ON ops.token
    FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version(); -- not for last_used_at, and a new one is known to nobody yet

-- The read model knows sources by text: without this each look at one schedule would read all of them.
CREATE INDEX schedule_source_text_idx ON ops.schedule ((source_id::text COLLATE "C"));

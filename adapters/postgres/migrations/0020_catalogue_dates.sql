-- A package's dates in its columns, by which searches are ordered: those that it shows, where it says so itself. Before the
-- indexes of searches are made, which each of these updates would write to.
CREATE FUNCTION pg_temp.as_time(text) RETURNS timestamptz LANGUAGE plpgsql AS $$
BEGIN
    RETURN ($1 || 'Z')::timestamptz;
EXCEPTION WHEN data_exception THEN
    RETURN NULL;
END $$;
UPDATE catalogue.package SET metadata_modified = coalesce(pg_temp.as_time(package ->> 'metadata_modified'), metadata_modified),
    metadata_created = coalesce(pg_temp.as_time(package ->> 'metadata_created'), metadata_created)
WHERE package ?| ARRAY ['metadata_modified', 'metadata_created'];
DROP FUNCTION pg_temp.as_time;

-- An index entry holds 2,704 bytes at most; packages themselves keep their titles whole.
UPDATE catalogue.package SET title = left(title, 500) WHERE length(title) > 500;

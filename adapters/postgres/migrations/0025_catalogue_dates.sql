-- A package's dates in its columns, by which searches are ordered: those that it shows, where it says so itself.
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

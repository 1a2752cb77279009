-- How a CKAN describes the organisations of sources: kept here, since a read of a source must not wait for CKAN.
CREATE TABLE ops.ckan_organization (
    key text PRIMARY KEY, -- as sources name it: id or name
    shown jsonb, -- the organisation as in CKAN's package_show; NULL: CKAN has none of this name
    asked_at timestamptz NOT NULL
);
CREATE TRIGGER read_version BEFORE INSERT OR DELETE OR TRUNCATE OR UPDATE OF shown ON ops.ckan_organization
    FOR EACH STATEMENT EXECUTE FUNCTION ops.raise_read_version(); -- answers that show sources depend on it

-- How a CKAN describes the organisations of sources: kept here, since a read of a source must not wait for CKAN.
CREATE TABLE ops.ckan_organization (
    key text PRIMARY KEY, -- as sources name it: id or name
    shown jsonb, -- the organisation as in CKAN's package_show; NULL: CKAN has none of this name
    asked_at timestamptz NOT NULL
);

-- The one site that this database belongs to. The first `initdb` or `up` of the site writes the row.
CREATE TABLE ops.site (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    site_id text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);

-- Keys of advisory locks: other programs (CKAN) may use the same database, and other sites' locks must not collide with ours.
-- The lock of events.append keeps its key, which contains the database's name: while an older version still appends under the
-- old key, a second key would break the order of the log.
CREATE FUNCTION ops.lock_key(name text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT hashtextextended('harvestlog ' || coalesce((SELECT site_id FROM ops.site), '') || ' ' || name, 0)
$$;

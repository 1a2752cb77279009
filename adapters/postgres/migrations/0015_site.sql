-- The site whose database this is: one, whose commands it holds. The first `initdb` or `up` of a site writes the row.
CREATE TABLE ops.site (
    one boolean PRIMARY KEY DEFAULT true CHECK (one),
    site_id text NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);

-- Keys of advisory locks: other programs may use the same database (CKAN's), and locks of other sites must not meet ours.
-- The lock of events.append keeps its key, which holds the database's name: two keys side by side, while an append of an
-- older version waits for the old one, would break the order of the log.
CREATE FUNCTION ops.lock_key(name text) RETURNS bigint LANGUAGE sql STABLE AS $$
    SELECT hashtextextended('harvestlog ' || coalesce((SELECT site_id FROM ops.site), '') || ' ' || name, 0)
$$;

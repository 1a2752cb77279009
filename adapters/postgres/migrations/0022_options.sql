-- Whose the packages of a CKAN are, where a setting keeps that out of their extras (HARVEST_DATASET_EXTRAS=0).
CREATE TABLE ops.package_mark (
    package_id text COLLATE "C" PRIMARY KEY,
    extras jsonb NOT NULL -- what else would be extras of the package: source, object, content hash, the name that it wants
);

-- Groups and organisations of the local catalogue's packages: those that sources copied from their remotes (remote_groups,
-- remote_orgs) or name themselves (default_groups).
CREATE TABLE catalogue.collection (
    kind text COLLATE "C" NOT NULL CHECK (kind IN ('group', 'organization')),
    id text COLLATE "C" NOT NULL,
    name text COLLATE "C" NOT NULL,
    details jsonb NOT NULL, -- title, description, image_url
    PRIMARY KEY (kind, id),
    UNIQUE (kind, name)
);

-- Of the source that a package came from, when it was stored; NULL: by an older version.
ALTER TABLE catalogue.package ADD COLUMN source_title text;

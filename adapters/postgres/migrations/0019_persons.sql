-- Organisations, persons, their roles and their tokens, for sites without a CKAN that decides who may do what; and tokens of
-- services, for sites with a CKAN too. Not events: those stay for ever, and it must be possible to remove a person.
CREATE TABLE ops.organization (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text COLLATE "C" NOT NULL UNIQUE, -- never changes: sources may name their organisation by it
    title text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT ''
);

CREATE TABLE ops.person (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    name text COLLATE "C" NOT NULL UNIQUE, -- never changes: events name the person who did something by it
    title text NOT NULL DEFAULT '', -- the full name
    email text NOT NULL DEFAULT '', -- in lower case
    sysadmin boolean NOT NULL DEFAULT false,
    active boolean NOT NULL DEFAULT true, -- false: tokens are refused, no mail is sent
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT ''
);

CREATE TABLE ops.membership (
    person_id uuid NOT NULL REFERENCES ops.person ON DELETE CASCADE,
    organization_id uuid NOT NULL REFERENCES ops.organization ON DELETE CASCADE,
    role text NOT NULL CHECK (role IN ('member', 'editor', 'admin')),
    since timestamptz NOT NULL DEFAULT now(),
    by text NOT NULL DEFAULT '',
    PRIMARY KEY (person_id, organization_id)
);
CREATE INDEX membership_organization_idx ON ops.membership (organization_id);

CREATE TABLE ops.token (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    hash bytea NOT NULL UNIQUE, -- sha-256; the token itself is 256 random bits and stored nowhere
    person_id uuid REFERENCES ops.person ON DELETE CASCADE, -- NULL: the token of a service, which names its callers
    name text NOT NULL,
    scope text[] NOT NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    created_by text NOT NULL DEFAULT '',
    expires_at timestamptz, -- NULL: never
    revoked_at timestamptz,
    revoked_by text NOT NULL DEFAULT '',
    last_used_at timestamptz -- exact to a minute
);
CREATE INDEX token_person_idx ON ops.token (person_id);
CREATE INDEX token_created_idx ON ops.token (created_at, id);

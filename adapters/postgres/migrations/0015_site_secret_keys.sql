-- The keys that encrypt the site's secrets: ids only, which reveal nothing about the keys. One of them is current.
CREATE TABLE ops.secret_key (
    key_id text PRIMARY KEY,
    host text NOT NULL, -- where the key was created or first used
    current boolean NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX secret_key_current_idx ON ops.secret_key (current) WHERE current;

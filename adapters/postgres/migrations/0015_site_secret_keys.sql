-- By which keys the site's secrets are encrypted: ids only, which tell nothing about the keys. One is the current one.
CREATE TABLE ops.secret_key (
    key_id text PRIMARY KEY,
    host text NOT NULL, -- where it was made or first used
    current boolean NOT NULL,
    since timestamptz NOT NULL DEFAULT now()
);
CREATE UNIQUE INDEX secret_key_current_idx ON ops.secret_key (current) WHERE current;

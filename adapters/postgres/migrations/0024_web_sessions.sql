-- Who is signed in with a browser, and passwords of our own persons. A session ends after it was not used for a while, and at
-- a fixed time; it ends at once when the token that it began with is revoked, or its person removed.
CREATE TABLE ops.web_session (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(),
    hash bytea NOT NULL UNIQUE, -- sha-256 of the cookie, which is 256 random bits and stored nowhere
    name text NOT NULL, -- who signed in
    person_id uuid REFERENCES ops.person ON DELETE CASCADE, -- NULL: a user of the configured CKAN
    token_id uuid REFERENCES ops.token ON DELETE CASCADE, -- NULL: it began with a password, or with a token of CKAN
    sealed bytea, -- the token of CKAN, encrypted with a key that only the cookie gives
    browser text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    seen_at timestamptz NOT NULL DEFAULT now(), -- exact to a minute
    ends_at timestamptz NOT NULL
);
CREATE INDEX web_session_person_idx ON ops.web_session (person_id);
CREATE INDEX web_session_token_idx ON ops.web_session (token_id);
CREATE INDEX web_session_ends_idx ON ops.web_session (ends_at);

ALTER TABLE ops.person ADD COLUMN password text NOT NULL DEFAULT ''; -- argon2id; empty: signs in with a token only

-- Forms of browsers that were sent, for a day, so that a second press of a button shows what the first one did.
CREATE TABLE ops.web_form (
    hash bytea PRIMARY KEY, -- sha-256 of the session's cookie, the form's own key, and what it was filled in with
    sealed bytea, -- what was answered, encrypted with a key that only the cookie gives; NULL: not answered yet
    begun_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX web_form_begun_idx ON ops.web_form (begun_at);

-- Wrong passwords by name and by address, counted for all processes of all hosts together. They may be lost.
CREATE UNLOGGED TABLE ops.wrong_password (
    hash bytea PRIMARY KEY, -- sha-256 of the name or the address
    tries_left double precision NOT NULL, -- at as_of; they grow back
    as_of timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX wrong_password_as_of_idx ON ops.wrong_password (as_of);

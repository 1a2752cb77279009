-- Sessions are listed and ended by whose they are.
CREATE INDEX web_session_name_idx ON ops.web_session (name);

-- Packages of the local catalogue that got another name because the one they want was taken: few, looked up by that name.
CREATE INDEX package_waiting_idx ON catalogue.package (source_id, (package ->> 'name')) WHERE name <> package ->> 'name';

-- Packages of the local catalogue whose name isn't the one that they want, since that was taken: few, and found by it.
CREATE INDEX package_waiting_idx ON catalogue.package (source_id, (package ->> 'name')) WHERE name <> package ->> 'name';

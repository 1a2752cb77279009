-- `reimport` looks a dataset up by its guid or its package, in any source.
CREATE INDEX dataset_guid_idx ON ops.dataset (guid);
CREATE INDEX dataset_package_id_idx ON ops.dataset (package_id) WHERE package_id IS NOT NULL;

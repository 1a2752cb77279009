-- A guid is looked for in each source by the primary key: an index for it cost every import, for what people do now and then.
DROP INDEX ops.dataset_guid_idx;

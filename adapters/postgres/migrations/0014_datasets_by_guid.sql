-- Without this index a guid is looked up in each source by the primary key. The index slowed every import for a rare question.
DROP INDEX ops.dataset_guid_idx;

-- Indexes of the read model; a rebuild creates them after loading its rows.

ALTER TABLE {schema}.harvest_source ADD PRIMARY KEY (id);
CREATE INDEX harvest_source_name_idx ON {schema}.harvest_source (name);
CREATE INDEX harvest_source_created_idx ON {schema}.harvest_source (created, id);
ALTER TABLE {schema}.harvest_job ADD PRIMARY KEY (id);
CREATE INDEX harvest_job_source_id_idx ON {schema}.harvest_job (source_id, created, id);
CREATE INDEX harvest_job_created_idx ON {schema}.harvest_job (created, id);
-- Nearly all jobs have finished: these indexes hold the others, for lists and counts by status.
CREATE INDEX harvest_job_status_idx ON {schema}.harvest_job (status, created, id) WHERE status <> 'Finished';
CREATE INDEX harvest_job_source_status_idx ON {schema}.harvest_job (source_id, status, created, id)
    WHERE status <> 'Finished';
CREATE INDEX harvest_job_held_idx ON {schema}.harvest_job (source_id, id) WHERE outcome = 'held' AND decision IS NULL;
ALTER TABLE {schema}.job_statistics ADD PRIMARY KEY (job_id);
-- Nearly all jobs have no errors: whoever looks at those of many jobs finds the others here.
CREATE INDEX job_statistics_errors_idx ON {schema}.job_statistics (job_id) INCLUDE (errored, gather_errors)
    WHERE errored + gather_errors > 0;
ALTER TABLE {schema}.source_statistics ADD PRIMARY KEY (source_id);
CREATE INDEX source_statistics_last_ended_idx ON {schema}.source_statistics (last_ended_job_id);
ALTER TABLE {schema}.object ADD PRIMARY KEY (id);
-- A row is written when its object is gathered, and again with its outcome. Half of a page is left free for the second version,
-- so that indexes needn't be written to again. What a rebuild has loaded is finished, and fills whole pages.
ALTER TABLE {schema}.object SET (fillfactor = 50);
CREATE INDEX harvest_job_id_idx ON {schema}.object (harvest_job_id);
CREATE INDEX object_deletion_job_idx ON {schema}.object (harvest_job_id, id) WHERE action = 'delete' OR removed IS NOT NULL;
CREATE INDEX object_deletion_source_idx ON {schema}.object (harvest_source_id, id)
    WHERE action = 'delete' OR removed IS NOT NULL;
CREATE INDEX harvest_source_id_idx ON {schema}.object (harvest_source_id);
CREATE INDEX package_id_idx ON {schema}.object (package_id) WHERE package_id IS NOT NULL;
CREATE INDEX guid_idx ON {schema}.object (guid);
ALTER TABLE {schema}.dataset ADD PRIMARY KEY (source_id, guid);
CREATE INDEX dataset_package_id_idx ON {schema}.dataset (package_id) WHERE package_id IS NOT NULL;
CREATE INDEX dataset_active_idx ON {schema}.dataset (source_id, guid) WHERE state = 'active';
CREATE INDEX dataset_deleted_idx ON {schema}.dataset (source_id, guid) WHERE state = 'deleted'; -- partial: imports don't touch it
ALTER TABLE {schema}.harvest_gather_error ADD PRIMARY KEY (id);
CREATE INDEX harvest_gather_error_job_id_idx ON {schema}.harvest_gather_error (harvest_job_id, id);
ALTER TABLE {schema}.harvest_object_error ADD PRIMARY KEY (id);
CREATE INDEX harvest_error_harvest_object_id_idx ON {schema}.harvest_object_error (harvest_object_id);
CREATE INDEX harvest_object_error_job_id_idx ON {schema}.harvest_object_error (harvest_job_id, level, id);
CREATE INDEX harvest_gather_error_cause_idx ON {schema}.harvest_gather_error (harvest_job_id, cause, id);
CREATE INDEX harvest_object_error_cause_idx ON {schema}.harvest_object_error (harvest_job_id, cause, id) WHERE cause IS NOT NULL;
CREATE INDEX error_cause_order_idx ON {schema}.error_cause (job_id, of_gather, records DESC, errors DESC, cause);
ALTER TABLE {schema}.log_line ADD PRIMARY KEY (id);
CREATE INDEX harvest_log_created_idx ON {schema}.log_line (created, id);
CREATE INDEX harvest_log_level_idx ON {schema}.log_line (level, created, id);
CREATE INDEX harvest_log_job_id_idx ON {schema}.log_line (job_id, level, created, id) WHERE job_id IS NOT NULL;
CREATE INDEX harvest_log_source_id_idx ON {schema}.log_line (source_id, level, created, id) WHERE source_id IS NOT NULL;

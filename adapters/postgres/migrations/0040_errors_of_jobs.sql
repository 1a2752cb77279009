-- Which of many jobs had errors is asked at each look at a night: nearly all had none, and aren't looked up.
-- A read model that is created later has this index from the beginning; one of an older version gets it when it is rebuilt.
DO $$
BEGIN
    IF to_regclass('harvest.job_statistics') IS NOT NULL THEN
        CREATE INDEX IF NOT EXISTS job_statistics_errors_idx ON harvest.job_statistics (job_id)
            INCLUDE (errored, gather_errors) WHERE errored + gather_errors > 0;
    END IF;
EXCEPTION WHEN undefined_column THEN
    NULL;
END
$$;

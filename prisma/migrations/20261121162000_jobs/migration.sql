-- Jobs: the queue is graphile-worker's own schema, which the migration step installs; the server asks for jobs through
-- this function alone. A job is of the workspace of the transaction that asks for it, and of that transaction: rolled
-- back, there is no job.
CREATE FUNCTION enqueue_job(_task text, _about jsonb, _delay_ms bigint, _key text) RETURNS void
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog AS
$$
DECLARE
  _workspace uuid := nullif(current_setting('app.workspace', true), '')::uuid;
BEGIN
  IF _workspace IS NULL THEN RAISE EXCEPTION 'a job belongs to a workspace'; END IF;
  PERFORM graphile_worker.add_job(_task, json_build_object('workspaceId', _workspace, 'about', _about),
    run_at := clock_timestamp() + _delay_ms * interval '1 millisecond',
    job_key := _workspace || ':' || _task || ':' || _key);
END $$;

GRANT CREATE ON SCHEMA public TO conclave_jobs;
ALTER FUNCTION enqueue_job(text, jsonb, bigint, text) OWNER TO conclave_jobs;
REVOKE CREATE ON SCHEMA public FROM conclave_jobs;
REVOKE ALL ON FUNCTION enqueue_job(text, jsonb, bigint, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION enqueue_job(text, jsonb, bigint, text) TO conclave_app;

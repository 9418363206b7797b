-- An erasure goes on whatever became of its job: a node looks for those that are due in all workspaces, and asks for a
-- job where there is none that will still be tried.

CREATE POLICY lookup ON legal_hold FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT (workspace_id, id, subject_id, channel_id, state, due_at) ON erasure TO conclave_lookup;
GRANT SELECT (workspace_id, subject_id, channel_id, lifted_at) ON legal_hold TO conclave_lookup;

CREATE INDEX erasure_unfinished ON erasure (state) WHERE state IN ('waiting', 'held', 'running');

-- Due by Postgres's clock and the caller's. One that was held is due when no hold is left that could concern it.
CREATE FUNCTION erasures_due(_now timestamptz) RETURNS TABLE (workspace_id uuid, id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT e.workspace_id, e.id FROM public.erasure e
  WHERE e.state IN ('waiting', 'held', 'running')
    AND (e.state <> 'waiting' OR e.due_at <= least(_now, clock_timestamp()))
    AND (e.state <> 'held' OR NOT EXISTS (
      SELECT FROM public.legal_hold h WHERE h.workspace_id = e.workspace_id AND h.lifted_at IS NULL
        AND (h.subject_id IS NULL OR h.subject_id = e.subject_id)
        AND (h.channel_id IS NULL OR e.channel_id IS NULL OR h.channel_id = e.channel_id)))
  ORDER BY 1, 2
$$;
GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION erasures_due(timestamptz) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION erasures_due(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erasures_due(timestamptz) TO conclave_app;

-- Whether the queue has that job of the transaction's workspace, and works on it or will; not so if it was given up.
CREATE FUNCTION has_job(_task text, _key text) RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog AS
$$
  SELECT EXISTS (
    SELECT FROM graphile_worker._private_jobs j
    WHERE j.key = nullif(current_setting('app.workspace', true), '') || ':' || _task || ':' || _key
      AND (j.attempts < j.max_attempts OR j.locked_at IS NOT NULL))
$$;
GRANT CREATE ON SCHEMA public TO conclave_jobs;
ALTER FUNCTION has_job(text, text) OWNER TO conclave_jobs;
REVOKE CREATE ON SCHEMA public FROM conclave_jobs;
REVOKE ALL ON FUNCTION has_job(text, text) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION has_job(text, text) TO conclave_app;

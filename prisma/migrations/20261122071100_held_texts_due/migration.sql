-- Texts that no hold covers any more go whatever became of the job that was asked for when it was lifted: a node looks
-- for the workspaces that still have some.

CREATE POLICY lookup ON held_text FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT (workspace_id, channel_id, author_id, posted_at) ON held_text TO conclave_lookup;
GRANT SELECT (from_at, to_at) ON legal_hold TO conclave_lookup;

-- As is_held decides; written out, so that it is one join with the few holds there are.
CREATE FUNCTION held_texts_due() RETURNS TABLE (workspace_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT DISTINCT t.workspace_id FROM public.held_text t
  WHERE NOT EXISTS (
    SELECT FROM public.legal_hold h WHERE h.workspace_id = t.workspace_id AND h.lifted_at IS NULL
      AND (h.subject_id IS NULL OR h.subject_id = t.author_id)
      AND (h.channel_id IS NULL OR h.channel_id = t.channel_id)
      AND (h.from_at IS NULL OR t.posted_at >= h.from_at) AND (h.to_at IS NULL OR t.posted_at < h.to_at))
  ORDER BY 1
$$;
GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION held_texts_due() OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION held_texts_due() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION held_texts_due() TO conclave_app;

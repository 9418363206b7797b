-- The control feed: what every node must hear of at once, written with the change and read by all of them.

-- CreateTable
CREATE TABLE "control_event" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "xact" BIGINT NOT NULL DEFAULT ((pg_current_xact_id())::text)::bigint,
    "kind" TEXT NOT NULL,
    "session_id" UUID,
    "user_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "control_event_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateIndex
CREATE INDEX "control_event_xact_idx" ON "control_event"("xact");

-- CreateIndex
CREATE INDEX "control_event_at_idx" ON "control_event"("at");

ALTER TABLE control_event
  ADD CHECK (kind IN ('session-ended', 'account-changed')),
  ADD CHECK ((session_id IS NOT NULL) = (kind = 'session-ended')),
  ADD CHECK ((user_id IS NOT NULL) = (kind = 'account-changed')),
  ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);

ALTER TABLE control_event ENABLE ROW LEVEL SECURITY;
ALTER TABLE control_event FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON control_event
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT ON control_event TO conclave_app;
-- When and in which transaction it happened is not for the writer to say.
GRANT INSERT (workspace_id, kind, session_id, user_id) ON control_event TO conclave_app;

-- A node serves all workspaces: it reads, and clears away, through two functions that show ids only.
CREATE POLICY lookup ON control_event FOR SELECT TO conclave_lookup USING (true);
CREATE POLICY expiry ON control_event FOR DELETE TO conclave_lookup USING (true);
GRANT SELECT, DELETE ON control_event TO conclave_lookup;

-- Everything that transactions from `_since` on have written, and where to go on: below `position` every transaction
-- has ended, so that none can still commit a row there. A row may come again until the position has passed it.
-- Without `_since` only the position. At least one row; `now` is the time here, in milliseconds.
CREATE FUNCTION control_events_since(_since bigint)
  RETURNS TABLE (pos bigint, now bigint, id uuid, kind text, session_id uuid, user_id uuid)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT pg_snapshot_xmin(pg_current_snapshot())::text::bigint,
    (extract(epoch FROM clock_timestamp()) * 1000)::bigint, e.id, e.kind, e.session_id, e.user_id
  FROM (SELECT) always LEFT JOIN public.control_event e ON e.xact >= _since
  ORDER BY e.at
$$;

-- Removes at most `_limit` events of more than an hour ago; gives how many. One node at a time: the others have it done.
CREATE FUNCTION expire_control_events(_limit int) RETURNS int
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  WITH turn AS MATERIALIZED (SELECT pg_try_advisory_xact_lock(4711023) AS mine), old AS (
    SELECT e.workspace_id, e.id FROM public.control_event e
    WHERE (SELECT mine FROM turn) AND e.at < clock_timestamp() - interval '1 hour' ORDER BY e.at LIMIT _limit
  ), gone AS (
    DELETE FROM public.control_event e USING old WHERE e.workspace_id = old.workspace_id AND e.id = old.id
    RETURNING 1
  )
  SELECT count(*)::int FROM gone
$$;

GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION control_events_since(bigint) OWNER TO conclave_lookup;
ALTER FUNCTION expire_control_events(int) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION control_events_since(bigint), expire_control_events(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION control_events_since(bigint), expire_control_events(int) TO conclave_app;

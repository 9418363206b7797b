-- Heads: how far the logs of many channels reach, in one round trip. Truncation: the oldest posts of a channel are gone.

ALTER TABLE "channel" ADD COLUMN "purged_seq" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "truncated_rev" BIGINT NOT NULL DEFAULT 0;

ALTER TABLE channel
  ADD CHECK (purged_seq >= 0 AND purged_seq <= last_seq),
  ADD CHECK (truncated_rev >= 0 AND truncated_rev <= last_rev);
GRANT UPDATE (purged_seq, truncated_rev) ON channel TO conclave_app;

-- The server may delete a post only where the channel says already that it is gone.
GRANT DELETE ON message TO conclave_app;
CREATE POLICY truncated_only ON message AS RESTRICTIVE FOR DELETE
  USING (seq <= (SELECT c.purged_seq FROM channel c WHERE c.id = message.channel_id));

-- A node follows channels of all workspaces: it reads where they stand through a function that shows numbers only, of
-- channels whose ids it knows.
CREATE POLICY lookup ON channel FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT (id, last_rev, epoch) ON channel TO conclave_lookup;

CREATE FUNCTION channel_heads(_ids uuid[]) RETURNS TABLE (id uuid, rev bigint, epoch int)
LANGUAGE plpgsql STABLE SECURITY DEFINER
SET search_path = pg_catalog, public
SET plan_cache_mode = force_generic_plan
SET enable_seqscan = off
AS $$
#variable_conflict use_column
BEGIN
  RETURN QUERY SELECT c.id, c.last_rev, c.epoch FROM public.channel c WHERE c.id = ANY (_ids);
END $$;

GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION channel_heads(uuid[]) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION channel_heads(uuid[]) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION channel_heads(uuid[]) TO conclave_app;

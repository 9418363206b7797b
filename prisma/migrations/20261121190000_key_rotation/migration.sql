-- Workspace keys have versions, and what they wrap moves from one to the next while the server runs. The server's login
-- may write no key over another: functions exchange the wrapping of a key for a newer one, if it still is what was read.

-- AlterTable
ALTER TABLE "workspace_key" ADD COLUMN "adopted_at" TIMESTAMPTZ(3);

-- CreateIndex
CREATE INDEX "data_key_workspace_id_workspace_key_channel_id_author_id_ep_idx" ON "data_key"("workspace_id", "workspace_key", "channel_id", "author_id", "epoch");

-- CreateIndex
CREATE INDEX "subject_key_workspace_id_workspace_key_subject_id_idx" ON "subject_key"("workspace_id", "workspace_key", "subject_id");

-- CreateTable
CREATE TABLE "integrity_alert" (
    "workspace_id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "row_id" UUID NOT NULL,
    "found" BYTEA NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "integrity_alert_pkey" PRIMARY KEY ("workspace_id","kind","row_id","found")
);

ALTER TABLE integrity_alert ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);
ALTER TABLE integrity_alert ENABLE ROW LEVEL SECURITY;
ALTER TABLE integrity_alert FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON integrity_alert
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT ON integrity_alert TO conclave_app;

-- A version of a workspace key goes when nothing needs it any more, and Postgres itself sees to that.
ALTER TABLE channel
  ADD FOREIGN KEY (workspace_id, name_key) REFERENCES workspace_key (workspace_id, version),
  ADD FOREIGN KEY (workspace_id, topic_key) REFERENCES workspace_key (workspace_id, version);
ALTER TABLE content_filter
  ADD FOREIGN KEY (workspace_id, text_key) REFERENCES workspace_key (workspace_id, version);
ALTER TABLE audit_event
  ADD FOREIGN KEY (workspace_id, sealed_key) REFERENCES workspace_key (workspace_id, version);
CREATE INDEX audit_event_sealed_key ON audit_event (workspace_id, sealed_key) WHERE sealed_key IS NOT NULL;

-- Which root keys are needed is asked for all workspaces at once; the keys themselves are not shown.
CREATE POLICY lookup ON workspace_key FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT ON workspace_key, data_key, subject_key TO conclave_lookup;
GRANT UPDATE (root_key, wrapped, adopted_at) ON workspace_key TO conclave_lookup;
GRANT UPDATE (workspace_key, wrapped) ON data_key, subject_key TO conclave_lookup;
GRANT DELETE ON workspace_key TO conclave_lookup;

-- The workspaces after that one in the order of their ids, from the first for null.
CREATE FUNCTION workspaces_after(_after uuid, _limit int) RETURNS TABLE (id uuid, slug text)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT w.workspace_id, w.slug FROM public.workspace w
  WHERE _after IS NULL OR w.workspace_id > _after ORDER BY w.workspace_id LIMIT _limit
$$;

-- Root keys by name, with how many workspace keys and how many signing keys that still verify each of them wraps.
CREATE FUNCTION root_keys_in_use() RETURNS TABLE (root_key text, workspace_keys bigint, signing_keys bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT u.root_key, sum(u.workspace_keys)::bigint, sum(u.signing_keys)::bigint FROM (
    SELECT k.root_key, count(*) AS workspace_keys, 0 AS signing_keys FROM public.workspace_key k GROUP BY k.root_key
    UNION ALL
    SELECT s.root_key, 0, count(*) FROM public.signing_keys() s GROUP BY s.root_key) u
  GROUP BY u.root_key ORDER BY u.root_key
$$;

-- The next four work in the workspace of the transaction. Wrappings are exchanged only for those of a newer version, and
-- only where the row is still what it was when it was read: a key that was destroyed meanwhile stays destroyed.
CREATE FUNCTION rewrap_data_keys(
    _version int, _channel uuid[], _author uuid[], _epoch int[], _was bytea[], _wrapped bytea[]) RETURNS int
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
DECLARE
  changed int;
BEGIN
  UPDATE public.data_key k SET workspace_key = _version, wrapped = n.wrapped
  FROM unnest(_channel, _author, _epoch, _was, _wrapped) AS n (channel, author, epoch, was, wrapped)
  WHERE k.channel_id = n.channel AND k.author_id = n.author AND k.epoch = n.epoch
    AND k.workspace_key < _version AND k.wrapped = n.was;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END $$;

CREATE FUNCTION rewrap_subject_keys(_version int, _subject uuid[], _was bytea[], _wrapped bytea[]) RETURNS int
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
DECLARE
  changed int;
BEGIN
  UPDATE public.subject_key k SET workspace_key = _version, wrapped = n.wrapped
  FROM unnest(_subject, _was, _wrapped) AS n (subject, was, wrapped)
  WHERE k.subject_id = n.subject AND k.workspace_key < _version AND k.wrapped = n.was;
  GET DIAGNOSTICS changed = ROW_COUNT;
  RETURN changed;
END $$;

CREATE FUNCTION rewrap_workspace_key(_version int, _root_key text, _was bytea, _wrapped bytea) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
BEGIN
  UPDATE public.workspace_key k SET root_key = _root_key, wrapped = _wrapped
  WHERE k.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid
    AND k.version = _version AND k.wrapped = _was;
  RETURN FOUND;
END $$;

-- Everything that was wrapped under earlier versions has been gone through.
CREATE FUNCTION adopt_workspace_key(_version int) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
BEGIN
  UPDATE public.workspace_key k SET adopted_at = clock_timestamp()
  WHERE k.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid
    AND k.version = _version AND k.adopted_at IS NULL;
  RETURN FOUND;
END $$;

-- Destroys a version that nothing refers to. Not before ten minutes after a newer one was adopted: until then a node may
-- still be sealing under the one it knew as the newest, or have read a row that was wrapped under it.
CREATE FUNCTION retire_workspace_key(_version int) RETURNS boolean
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
BEGIN
  DELETE FROM public.workspace_key k
  WHERE k.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid AND k.version = _version
    AND EXISTS (
      SELECT FROM public.workspace_key n
      WHERE n.workspace_id = k.workspace_id AND n.version > k.version
        AND n.adopted_at < clock_timestamp() - interval '10 minutes');
  RETURN FOUND;
END $$;

GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION workspaces_after(uuid, int) OWNER TO conclave_lookup;
ALTER FUNCTION root_keys_in_use() OWNER TO conclave_lookup;
ALTER FUNCTION rewrap_data_keys(int, uuid[], uuid[], int[], bytea[], bytea[]) OWNER TO conclave_lookup;
ALTER FUNCTION rewrap_subject_keys(int, uuid[], bytea[], bytea[]) OWNER TO conclave_lookup;
ALTER FUNCTION rewrap_workspace_key(int, text, bytea, bytea) OWNER TO conclave_lookup;
ALTER FUNCTION adopt_workspace_key(int) OWNER TO conclave_lookup;
ALTER FUNCTION retire_workspace_key(int) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION workspaces_after(uuid, int), root_keys_in_use(),
  rewrap_data_keys(int, uuid[], uuid[], int[], bytea[], bytea[]), rewrap_subject_keys(int, uuid[], bytea[], bytea[]),
  rewrap_workspace_key(int, text, bytea, bytea), adopt_workspace_key(int), retire_workspace_key(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workspaces_after(uuid, int), root_keys_in_use(),
  rewrap_data_keys(int, uuid[], uuid[], int[], bytea[], bytea[]), rewrap_subject_keys(int, uuid[], bytea[], bytea[]),
  rewrap_workspace_key(int, text, bytea, bytea), adopt_workspace_key(int), retire_workspace_key(int) TO conclave_app;

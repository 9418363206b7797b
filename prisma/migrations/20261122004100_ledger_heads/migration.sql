-- A ledger of erasures that was put back together with the database is known by what is neither of the two: the newest
-- backup that a restore saw, and a file of heads in a place of its own.

-- AlterTable
ALTER TABLE "erasure_head" ADD COLUMN "filed" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "erasure_floor" (
    "workspace_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "erasure_floor_pkey" PRIMARY KEY ("workspace_id")
);

-- Without a reference to workspaces: what is newer than the database knows of some that it does not.
ALTER TABLE erasure_floor ADD CHECK (seq >= 1 AND length(hash) = 32);
ALTER TABLE erasure_floor ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_floor FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON erasure_floor
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
CREATE POLICY lookup ON erasure_floor FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT ON erasure_floor TO conclave_lookup, conclave_app;
GRANT UPDATE (filed) ON erasure_head TO conclave_app;

DROP FUNCTION erasure_heads();
CREATE FUNCTION erasure_heads() RETURNS TABLE (workspace_id uuid, seq bigint, hash bytea, filed boolean)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT h.workspace_id, h.seq, h.hash, h.filed FROM public.erasure_head h $$;
CREATE FUNCTION erasure_floors() RETURNS TABLE (workspace_id uuid, seq bigint, hash bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT f.workspace_id, f.seq, f.hash FROM public.erasure_floor f $$;
GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION erasure_heads() OWNER TO conclave_lookup;
ALTER FUNCTION erasure_floors() OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION erasure_heads(), erasure_floors() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erasure_heads(), erasure_floors() TO conclave_app;

-- Erasure: keys go first, and with them everything that they seal; then sessions, then rows. A key is destroyed only
-- where an erasure says so that has begun, and never under a legal hold, whatever the server's code does.

-- CreateTable
CREATE TABLE "erasure" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "channel_id" UUID,
    "requested_by" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "origin_sealed" BYTEA NOT NULL,
    "origin_key" INTEGER NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "started_at" TIMESTAMPTZ(3),
    "keys_at" TIMESTAMPTZ(3),
    "key_epoch" INTEGER,
    "ended_at" TIMESTAMPTZ(3),
    "cancelled_by" UUID,
    "step" TEXT,
    "cursor" JSONB,
    "counts" JSONB NOT NULL DEFAULT '{}',
    "ledger_seq" BIGINT,
    "receipt" JSONB,

    CONSTRAINT "erasure_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "erasure_head" (
    "workspace_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "hash" BYTEA NOT NULL,

    CONSTRAINT "erasure_head_pkey" PRIMARY KEY ("workspace_id")
);

-- CreateTable
CREATE TABLE "legal_hold" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "subject_id" UUID,
    "channel_id" UUID,
    "from_at" TIMESTAMPTZ(3),
    "to_at" TIMESTAMPTZ(3),
    "reason_sealed" BYTEA NOT NULL,
    "reason_key" INTEGER NOT NULL,
    "placed_by" UUID NOT NULL,
    "placed_at" TIMESTAMPTZ(3) NOT NULL,
    "lifted_by" UUID,
    "lifted_at" TIMESTAMPTZ(3),

    CONSTRAINT "legal_hold_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateIndex
CREATE INDEX "erasure_workspace_id_subject_id_idx" ON "erasure"("workspace_id", "subject_id");

-- One at a time of the same person and place.
CREATE UNIQUE INDEX erasure_open ON erasure (workspace_id, subject_id, channel_id) NULLS NOT DISTINCT
  WHERE state IN ('waiting', 'held', 'running');
CREATE INDEX legal_hold_in_force ON legal_hold (workspace_id) WHERE lifted_at IS NULL;

ALTER TABLE erasure
  ADD CHECK (state IN ('waiting', 'held', 'running', 'done', 'cancelled')),
  ADD CHECK ((cancelled_by IS NOT NULL) = (state = 'cancelled')),
  ADD CHECK (state <> 'cancelled' OR keys_at IS NULL),
  ADD CHECK (state <> 'done' OR (keys_at IS NOT NULL AND receipt IS NOT NULL)),
  ADD FOREIGN KEY (workspace_id, subject_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, requested_by) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, origin_key) REFERENCES workspace_key (workspace_id, version);
ALTER TABLE erasure_head
  ADD CHECK (seq >= 1 AND length(hash) = 32),
  ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);
ALTER TABLE legal_hold
  ADD CHECK (subject_id IS NOT NULL OR channel_id IS NOT NULL),
  ADD CHECK (channel_id IS NOT NULL OR (from_at IS NULL AND to_at IS NULL)),
  ADD CHECK ((lifted_by IS NULL) = (lifted_at IS NULL)),
  ADD CONSTRAINT two_people CHECK (lifted_by <> placed_by),
  ADD FOREIGN KEY (workspace_id, subject_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, placed_by) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, lifted_by) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, reason_key) REFERENCES workspace_key (workspace_id, version);

ALTER TABLE erasure ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON erasure
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
ALTER TABLE erasure_head ENABLE ROW LEVEL SECURITY;
ALTER TABLE erasure_head FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON erasure_head
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
ALTER TABLE legal_hold ENABLE ROW LEVEL SECURITY;
ALTER TABLE legal_hold FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON legal_hold
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON erasure, erasure_head, legal_hold TO conclave_app;
GRANT UPDATE (state, started_at, keys_at, key_epoch, ended_at, cancelled_by, step, cursor, counts, ledger_seq, receipt)
  ON erasure TO conclave_app;
GRANT UPDATE (seq, hash) ON erasure_head TO conclave_app;
GRANT UPDATE (lifted_by, lifted_at) ON legal_hold TO conclave_app;

-- What the steps of an erasure change that nothing else does.
GRANT DELETE ON subject_key, data_key, refresh_token TO conclave_app;
GRANT UPDATE (device_sealed) ON session TO conclave_app;
GRANT UPDATE (email_digest) ON invitation TO conclave_app;
GRANT UPDATE (text_sealed) ON report TO conclave_app;
GRANT UPDATE (reason_sealed) ON moderation_act TO conclave_app;

CREATE POLICY erased_only ON subject_key AS RESTRICTIVE FOR DELETE USING (EXISTS (
  SELECT FROM erasure e WHERE e.workspace_id = subject_key.workspace_id AND e.subject_id = subject_key.subject_id
    AND e.channel_id IS NULL AND e.state = 'running')
  AND NOT EXISTS (
    SELECT FROM legal_hold h WHERE h.workspace_id = subject_key.workspace_id AND h.lifted_at IS NULL
      AND h.subject_id = subject_key.subject_id AND h.channel_id IS NULL));
CREATE POLICY erased_only ON data_key AS RESTRICTIVE FOR DELETE USING (EXISTS (
  SELECT FROM erasure e WHERE e.workspace_id = data_key.workspace_id AND e.subject_id = data_key.author_id
    AND (e.channel_id IS NULL OR e.channel_id = data_key.channel_id) AND e.state = 'running')
  AND NOT EXISTS (
    SELECT FROM legal_hold h WHERE h.workspace_id = data_key.workspace_id AND h.lifted_at IS NULL
      AND (h.subject_id IS NULL OR h.subject_id = data_key.author_id)
      AND (h.channel_id IS NULL OR h.channel_id = data_key.channel_id)));
CREATE POLICY erased_only ON refresh_token AS RESTRICTIVE FOR DELETE USING (EXISTS (
  SELECT FROM session s WHERE s.workspace_id = refresh_token.workspace_id AND s.id = refresh_token.session_id
    AND s.end_reason = 'erased'));

-- No key is made for who was erased: a send that looked before the erasure committed waits for it here, and then makes
-- none. It looks again and finds nobody.
CREATE FUNCTION no_key_of_the_erased() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS
$$
BEGIN
  IF (SELECT a.status FROM account a
      WHERE a.workspace_id = NEW.workspace_id AND a.id = (to_jsonb(NEW) ->> TG_ARGV[0])::uuid FOR KEY SHARE) = 'erased'
  THEN RETURN NULL; END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION no_key_of_the_erased() FROM PUBLIC;
CREATE TRIGGER not_of_the_erased BEFORE INSERT ON subject_key
  FOR EACH ROW EXECUTE FUNCTION no_key_of_the_erased('subject_id');
CREATE TRIGGER not_of_the_erased BEFORE INSERT ON data_key
  FOR EACH ROW EXECUTE FUNCTION no_key_of_the_erased('author_id');

-- Every node hears that keys were destroyed, and forgets them.
ALTER TABLE control_event
  DROP CONSTRAINT control_event_kind_check,
  DROP CONSTRAINT control_event_check1,
  ADD CONSTRAINT control_event_kind_check CHECK (kind IN ('session-ended', 'account-changed', 'keys-destroyed')),
  ADD CONSTRAINT control_event_check1
    CHECK ((user_id IS NOT NULL) = (kind IN ('account-changed', 'keys-destroyed')));

-- A server that starts holds the ledger against where it ended, in all workspaces.
CREATE POLICY lookup ON erasure_head FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT ON erasure_head TO conclave_lookup;
CREATE FUNCTION erasure_heads() RETURNS TABLE (workspace_id uuid, seq bigint, hash bytea)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT h.workspace_id, h.seq, h.hash FROM public.erasure_head h $$;
GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION erasure_heads() OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION erasure_heads() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION erasure_heads() TO conclave_app;

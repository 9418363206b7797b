-- Mail: what waits to be sent, and the one-time tokens that it carries.

-- AlterTable
ALTER TABLE "account" ADD COLUMN "email_verified_at" TIMESTAMPTZ(3);
GRANT UPDATE (email_verified_at) ON account TO conclave_app;

-- CreateTable
CREATE TABLE "mail" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL DEFAULT gen_random_uuid(),
    "kind" TEXT NOT NULL,
    "email_digests" BYTEA[] NOT NULL,
    "user_id" UUID,
    "attempts" INTEGER NOT NULL DEFAULT 0,
    "created_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),
    "due_at" TIMESTAMPTZ(3) NOT NULL DEFAULT clock_timestamp(),

    CONSTRAINT "mail_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "one_time_token" (
    "workspace_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "purpose" TEXT NOT NULL,
    "digest" BYTEA NOT NULL,
    "digest_key" TEXT NOT NULL,
    "issued_at" TIMESTAMPTZ(3) NOT NULL,
    "expires_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "one_time_token_pkey" PRIMARY KEY ("workspace_id","user_id","purpose")
);

-- CreateIndex
CREATE INDEX "mail_due_at_idx" ON "mail"("due_at");

-- CreateIndex
CREATE UNIQUE INDEX "one_time_token_workspace_id_digest_key" ON "one_time_token"("workspace_id", "digest");

ALTER TABLE mail
  ADD CHECK (kind IN ('password-reset', 'email-verification')),
  ADD CHECK ((user_id IS NULL) = (kind = 'password-reset')),
  ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);
ALTER TABLE one_time_token
  ADD CHECK (purpose IN ('password-reset', 'email-verification')),
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id);

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['mail', 'one_time_token']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I
         USING (workspace_id = (SELECT nullif(current_setting(''app.workspace'', true), '''')::uuid))
         WITH CHECK (workspace_id = (SELECT nullif(current_setting(''app.workspace'', true), '''')::uuid))', name);
  END LOOP;
END $$;

GRANT SELECT, DELETE ON mail, one_time_token TO conclave_app;
-- When it was asked for, and how often it was tried, is not for the writer to say.
GRANT INSERT (workspace_id, kind, email_digests, user_id) ON mail TO conclave_app;
GRANT UPDATE (due_at) ON mail TO conclave_app;
GRANT INSERT ON one_time_token TO conclave_app;
GRANT UPDATE (digest, digest_key, issued_at, expires_at) ON one_time_token TO conclave_app;

-- A node sends for all workspaces: it takes mails up through a function that gives ids and digests only.
CREATE POLICY lookup ON mail FOR SELECT TO conclave_lookup USING (true);
CREATE POLICY turn ON mail FOR UPDATE TO conclave_lookup USING (true);
GRANT SELECT ON mail TO conclave_lookup;
GRANT UPDATE (attempts, due_at) ON mail TO conclave_lookup;

-- Takes up at most `_limit` mails that are due, each by one node at a time: whoever does not finish one within
-- `_seconds` leaves it to the next.
CREATE FUNCTION take_up_mails(_limit int, _seconds int)
  RETURNS TABLE (workspace_id uuid, id uuid, kind text, email_digests bytea[], user_id uuid, attempts int,
    created_at timestamptz)
  LANGUAGE sql SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  WITH due AS MATERIALIZED (
    SELECT m.workspace_id, m.id FROM public.mail m WHERE m.due_at <= clock_timestamp()
    ORDER BY m.due_at LIMIT _limit FOR UPDATE SKIP LOCKED
  )
  UPDATE public.mail m
  SET attempts = m.attempts + 1, due_at = clock_timestamp() + make_interval(secs => _seconds)
  FROM due WHERE m.workspace_id = due.workspace_id AND m.id = due.id
  RETURNING m.workspace_id, m.id, m.kind, m.email_digests, m.user_id, m.attempts, m.created_at
$$;

GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION take_up_mails(int, int) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION take_up_mails(int, int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION take_up_mails(int, int) TO conclave_app;

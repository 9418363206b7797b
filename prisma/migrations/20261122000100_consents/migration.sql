-- Consents: what people said about each purpose, in which version of its text; and what is done for who consented.

-- CreateTable
CREATE TABLE "consent" (
    "workspace_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "seq" INTEGER NOT NULL,
    "purpose" TEXT NOT NULL,
    "version" INTEGER NOT NULL,
    "decision" TEXT NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "source" TEXT NOT NULL,
    "address_sealed" BYTEA,

    CONSTRAINT "consent_pkey" PRIMARY KEY ("workspace_id","user_id","seq")
);

-- CreateTable
CREATE TABLE "mention_watch" (
    "workspace_id" UUID NOT NULL,
    "user_id" UUID NOT NULL,
    "told_from" UUID NOT NULL,
    "told_to" UUID NOT NULL,
    "next_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "mention_watch_pkey" PRIMARY KEY ("workspace_id","user_id")
);

-- CreateTable
CREATE TABLE "usage_day" (
    "workspace_id" UUID NOT NULL,
    "day" DATE NOT NULL,
    "people" INTEGER,
    "messages" INTEGER,
    "counted_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "usage_day_pkey" PRIMARY KEY ("workspace_id","day")
);

-- CreateIndex
CREATE INDEX "consent_workspace_id_purpose_user_id_seq_idx" ON "consent"("workspace_id", "purpose", "user_id", "seq");

ALTER TABLE consent
  ADD CHECK (seq >= 1 AND version >= 1),
  ADD CHECK (decision IN ('granted', 'withdrawn')),
  ADD CHECK (source IN ('web', 'cli', 'sdk')),
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id);
ALTER TABLE mention_watch
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id);
ALTER TABLE usage_day
  ADD CHECK ((people IS NULL) = (messages IS NULL)),
  ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);

-- A mail about mentions waits once for each person, and is asked for only for who consented.
ALTER TABLE mail
  DROP CONSTRAINT mail_kind_check,
  ADD CHECK (kind IN ('password-reset', 'email-verification', 'mentions'));
CREATE UNIQUE INDEX mail_of_mentions ON mail (workspace_id, user_id) WHERE kind = 'mentions';

DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['consent', 'mention_watch', 'usage_day']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I
         USING (workspace_id = (SELECT nullif(current_setting(''app.workspace'', true), '''')::uuid))
         WITH CHECK (workspace_id = (SELECT nullif(current_setting(''app.workspace'', true), '''')::uuid))', name);
  END LOOP;
END $$;

-- What somebody consented to is only added to: the newest row is how it stands.
GRANT SELECT, INSERT ON consent TO conclave_app;
GRANT SELECT, INSERT, DELETE ON mention_watch TO conclave_app;
GRANT UPDATE (told_from, told_to, next_at) ON mention_watch TO conclave_app;
-- Days are counted once, and go when their time is over.
GRANT SELECT, INSERT, DELETE ON usage_day TO conclave_app;

-- Retention: how long what is kept, the runs that remove the rest, and what the database upholds whatever the server's
-- code does: nothing goes that a legal hold keeps, and of sessions only what is over.

-- CreateTable
CREATE TABLE "retention_policy" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "channel_id" UUID,
    "days" INTEGER,
    "set_by" UUID NOT NULL,
    "set_at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "retention_policy_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "retention_run" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "requested_by" UUID,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "state" TEXT NOT NULL DEFAULT 'waiting',
    "as_of" TIMESTAMPTZ(3),
    "started_at" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "step" TEXT,
    "cursor" JSONB,
    "tallies" JSONB NOT NULL DEFAULT '{}',
    "counts" JSONB NOT NULL DEFAULT '{}',
    "report" JSONB,

    CONSTRAINT "retention_run_pkey" PRIMARY KEY ("workspace_id","id")
);

CREATE UNIQUE INDEX retention_policy_of ON retention_policy (workspace_id, kind, channel_id) NULLS NOT DISTINCT;
-- One at a time in a workspace.
CREATE UNIQUE INDEX retention_run_open ON retention_run (workspace_id) WHERE state <> 'done';

ALTER TABLE retention_policy
  ADD CHECK (kind IN ('messages', 'access-logs', 'analytics')),
  ADD CHECK (channel_id IS NULL OR kind = 'messages'),
  -- 0 is for ever. A post stays as long as its sender may repeat it.
  ADD CHECK (days = 0 OR days BETWEEN CASE kind WHEN 'messages' THEN 8 ELSE 1 END AND 36500),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, set_by) REFERENCES account (workspace_id, id);
ALTER TABLE retention_run
  ADD CHECK (state IN ('waiting', 'running', 'done')),
  ADD CHECK ((state = 'waiting') = (started_at IS NULL) AND (started_at IS NULL) = (as_of IS NULL)),
  ADD CHECK ((state = 'done') = (ended_at IS NOT NULL) AND (ended_at IS NULL) = (report IS NULL)),
  ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id),
  ADD FOREIGN KEY (workspace_id, requested_by) REFERENCES account (workspace_id, id);

ALTER TABLE retention_policy ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_policy FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retention_policy
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
ALTER TABLE retention_run ENABLE ROW LEVEL SECURITY;
ALTER TABLE retention_run FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON retention_run
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON retention_policy, retention_run TO conclave_app;
GRANT UPDATE (days, set_by, set_at) ON retention_policy TO conclave_app;
GRANT UPDATE (state, as_of, started_at, ended_at, step, cursor, tallies, counts, report)
  ON retention_run TO conclave_app;

-- A post that a hold keeps is not deleted, whoever asks.
CREATE POLICY not_held ON message AS RESTRICTIVE FOR DELETE USING (NOT EXISTS (
  SELECT FROM legal_hold h WHERE h.workspace_id = message.workspace_id AND h.lifted_at IS NULL
    AND (h.subject_id IS NULL OR h.subject_id = message.author_id)
    AND (h.channel_id IS NULL OR h.channel_id = message.channel_id)
    AND (h.from_at IS NULL OR message.at >= h.from_at) AND (h.to_at IS NULL OR message.at < h.to_at)));

-- Of sessions what has been over for a day, with their tokens.
GRANT DELETE ON session TO conclave_app;
CREATE POLICY over_only ON session AS RESTRICTIVE FOR DELETE USING (
  least(ended_at, expires_at) < now() - interval '1 day'
  AND NOT EXISTS (
    SELECT FROM legal_hold h WHERE h.workspace_id = session.workspace_id AND h.lifted_at IS NULL
      AND h.subject_id = session.user_id AND h.channel_id IS NULL));
ALTER POLICY erased_only ON refresh_token USING (EXISTS (
  SELECT FROM session s WHERE s.workspace_id = refresh_token.workspace_id AND s.id = refresh_token.session_id
    AND (s.end_reason = 'erased' OR least(s.ended_at, s.expires_at) < now() - interval '1 day')));

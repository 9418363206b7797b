-- Reports: messages that were brought to the moderators, by reference.

-- CreateTable
CREATE TABLE "report" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "reporter_id" UUID,
    "category" TEXT NOT NULL,
    "text_sealed" BYTEA,
    "state" TEXT NOT NULL DEFAULT 'open',
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "claimed_by" UUID,
    "claimed_at" TIMESTAMPTZ(3),
    "decided_by" UUID,
    "decided_at" TIMESTAMPTZ(3),
    "action" TEXT,
    "note_sealed" BYTEA,

    CONSTRAINT "report_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateIndex
CREATE INDEX "report_workspace_id_state_id_idx" ON "report"("workspace_id", "state", "id");

-- CreateIndex
CREATE INDEX "report_workspace_id_reporter_id_id_idx" ON "report"("workspace_id", "reporter_id", "id");

-- One undecided report of a message by the same reporter, or by the rules.
CREATE UNIQUE INDEX report_undecided ON report (workspace_id, message_id, reporter_id) NULLS NOT DISTINCT
  WHERE state IN ('open', 'claimed');

ALTER TABLE report
  ADD CHECK (state IN ('open', 'claimed', 'resolved', 'dismissed')),
  ADD CHECK ((claimed_by IS NULL) = (claimed_at IS NULL) AND (state <> 'claimed' OR claimed_by IS NOT NULL)),
  ADD CHECK ((state IN ('resolved', 'dismissed')) = (decided_by IS NOT NULL)),
  ADD CHECK ((decided_by IS NULL) = (decided_at IS NULL) AND (action IS NULL OR state = 'resolved')),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, reporter_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, claimed_by) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, decided_by) REFERENCES account (workspace_id, id);

ALTER TABLE report ENABLE ROW LEVEL SECURITY;
ALTER TABLE report FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON report
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON report TO conclave_app;
GRANT UPDATE (state, claimed_by, claimed_at, decided_by, decided_at, action, note_sealed) ON report TO conclave_app;

-- Exports of what is kept about somebody: what was asked for, how far it is, and the sealed files it is made of.

-- CreateTable
CREATE TABLE "data_export" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "requested_by" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "reason_sealed" BYTEA,
    "state" TEXT NOT NULL DEFAULT 'collecting',
    "step" INTEGER NOT NULL DEFAULT 0,
    "progress" JSONB NOT NULL DEFAULT '{}',
    "rows" BIGINT NOT NULL DEFAULT 0,
    "key_sealed" BYTEA NOT NULL,
    "finished_at" TIMESTAMPTZ(3),
    "expires_at" TIMESTAMPTZ(3) NOT NULL,
    "ended_at" TIMESTAMPTZ(3),
    "link_digest" BYTEA,
    "link_session" UUID,
    "link_expires_at" TIMESTAMPTZ(3),

    CONSTRAINT "data_export_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateTable
CREATE TABLE "data_export_part" (
    "workspace_id" UUID NOT NULL,
    "export_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "file" TEXT NOT NULL,
    "contributor" TEXT,
    "rows" INTEGER NOT NULL,
    "bytes" INTEGER NOT NULL,
    "digest" BYTEA NOT NULL,
    "months" JSONB NOT NULL DEFAULT '{}',
    "settled" BOOLEAN NOT NULL DEFAULT false,

    CONSTRAINT "data_export_part_pkey" PRIMARY KEY ("workspace_id","export_id","id")
);

-- CreateIndex
CREATE INDEX "data_export_workspace_id_requested_by_id_idx" ON "data_export"("workspace_id", "requested_by", "id");

-- CreateIndex
CREATE INDEX "data_export_workspace_id_subject_id_id_idx" ON "data_export"("workspace_id", "subject_id", "id");

-- CreateIndex
CREATE UNIQUE INDEX "data_export_part_workspace_id_export_id_file_key" ON "data_export_part"("workspace_id", "export_id", "file");

-- One at a time for each subject and whoever asks for it.
CREATE UNIQUE INDEX data_export_under_way ON data_export (workspace_id, subject_id, requested_by)
  WHERE state IN ('collecting', 'settling');

ALTER TABLE data_export
  ADD CHECK (state IN ('collecting', 'settling', 'ready', 'cancelled', 'failed', 'expired')),
  ADD CHECK (step >= 0 AND rows >= 0),
  ADD CHECK ((link_digest IS NULL) = (link_session IS NULL)),
  ADD CHECK ((link_digest IS NULL) = (link_expires_at IS NULL)),
  ADD FOREIGN KEY (workspace_id, subject_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, requested_by) REFERENCES account (workspace_id, id);
ALTER TABLE data_export_part
  ADD CHECK (rows >= 0 AND bytes >= 0 AND octet_length(digest) = 32),
  ADD FOREIGN KEY (workspace_id, export_id) REFERENCES data_export (workspace_id, id);

ALTER TABLE data_export ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_export FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON data_export
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
ALTER TABLE data_export_part ENABLE ROW LEVEL SECURITY;
ALTER TABLE data_export_part FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON data_export_part
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON data_export TO conclave_app;
GRANT UPDATE (state, step, progress, rows, finished_at, expires_at, ended_at, link_digest, link_session, link_expires_at)
  ON data_export TO conclave_app;
GRANT SELECT, INSERT, DELETE ON data_export_part TO conclave_app;
GRANT UPDATE (settled) ON data_export_part TO conclave_app;

-- The channels of somebody in the order of their ids, page by page, however many there are.
-- DropIndex
DROP INDEX "membership_workspace_id_user_id_idx";
-- CreateIndex
CREATE INDEX "membership_workspace_id_user_id_channel_id_idx" ON "membership"("workspace_id", "user_id", "channel_id");

-- Audit entries about somebody that others made.
CREATE INDEX audit_event_about ON audit_event (workspace_id, subject_id, id) WHERE subject_id IS NOT NULL;

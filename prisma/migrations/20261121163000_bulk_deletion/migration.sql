-- Bulk deletion: what is to be deleted and how far that has come, so that whoever goes on knows where.

-- CreateTable
CREATE TABLE "bulk_deletion" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "author_id" UUID NOT NULL,
    "asked_by" UUID NOT NULL,
    "asked_at" TIMESTAMPTZ(3) NOT NULL,
    "from_at" TIMESTAMPTZ(3),
    "to_at" TIMESTAMPTZ(3),
    "after_seq" BIGINT NOT NULL,
    "up_to_seq" BIGINT NOT NULL,
    "deleted" INTEGER NOT NULL DEFAULT 0,
    "finished_at" TIMESTAMPTZ(3),

    CONSTRAINT "bulk_deletion_pkey" PRIMARY KEY ("workspace_id","id")
);

ALTER TABLE bulk_deletion
  ADD CHECK (after_seq >= 0 AND deleted >= 0),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, author_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, asked_by) REFERENCES account (workspace_id, id);

ALTER TABLE bulk_deletion ENABLE ROW LEVEL SECURITY;
ALTER TABLE bulk_deletion FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON bulk_deletion
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON bulk_deletion TO conclave_app;
GRANT UPDATE (after_seq, deleted, finished_at) ON bulk_deletion TO conclave_app;

-- Filters: words, patterns and link domains that messages are held against, of a workspace or of one channel.

-- CreateTable
CREATE TABLE "content_filter" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "channel_id" UUID,
    "kind" TEXT NOT NULL,
    "action" TEXT NOT NULL,
    "text_sealed" BYTEA NOT NULL,
    "text_key" INTEGER NOT NULL,
    "version" INTEGER NOT NULL DEFAULT 1,
    "hits" BIGINT NOT NULL DEFAULT 0,
    "created_by" UUID NOT NULL,
    "created_at" TIMESTAMPTZ(3) NOT NULL,
    "removed_at" TIMESTAMPTZ(3),

    CONSTRAINT "content_filter_pkey" PRIMARY KEY ("workspace_id","id")
);

ALTER TABLE content_filter
  ADD CHECK (kind IN ('word', 'pattern', 'link')),
  ADD CHECK (action IN ('refuse', 'flag', 'count')),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, created_by) REFERENCES account (workspace_id, id);

ALTER TABLE content_filter ENABLE ROW LEVEL SECURITY;
ALTER TABLE content_filter FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON content_filter
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON content_filter TO conclave_app;
GRANT UPDATE (action, text_sealed, text_key, version, hits, removed_at) ON content_filter TO conclave_app;

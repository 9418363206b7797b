-- What a channel is becomes changeable, and each change is one of its log: topic, read-only, and the revisions of the
-- last change of settings and of the last one that took reading from anybody. Channels that are their people, too; and
-- what a role or a person may do in one channel otherwise than everywhere.

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "topic_sealed" BYTEA,
ADD COLUMN "topic_key" INTEGER,
ADD COLUMN "read_only" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "settings_rev" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "access_rev" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "people_digest" BYTEA,
ADD COLUMN "has_overrides" BOOLEAN NOT NULL DEFAULT false;

-- CreateTable
CREATE TABLE "channel_override" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "permission" TEXT NOT NULL,
    "role" TEXT,
    "user_id" UUID,
    "effect" TEXT NOT NULL,

    CONSTRAINT "channel_override_pkey" PRIMARY KEY ("channel_id","id")
);

-- CreateIndex
CREATE UNIQUE INDEX "channel_workspace_id_people_digest_key" ON "channel"("workspace_id", "people_digest");

ALTER TABLE channel
  ADD CHECK ((topic_sealed IS NULL) = (topic_key IS NULL)),
  ADD CHECK (settings_rev >= 0 AND settings_rev <= last_rev),
  ADD CHECK (access_rev >= 0 AND access_rev <= settings_rev);
GRANT UPDATE (topic_sealed, topic_key, read_only, settings_rev, access_rev, has_overrides) ON channel TO conclave_app;

ALTER TABLE channel_override
  ADD CHECK ((role IS NULL) <> (user_id IS NULL)),
  ADD CHECK (role IN ('moderator', 'member', 'guest')),
  ADD CHECK (effect IN ('allow', 'deny')),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id);
-- One word for each permission and whom it is about; found by them when a post is decided.
CREATE UNIQUE INDEX channel_override_once ON channel_override (channel_id, permission, role, user_id) NULLS NOT DISTINCT;

ALTER TABLE channel_override ENABLE ROW LEVEL SECURITY;
ALTER TABLE channel_override FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON channel_override
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON channel_override TO conclave_app;

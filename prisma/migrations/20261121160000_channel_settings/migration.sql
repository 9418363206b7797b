-- What a channel is becomes changeable, and each change is one of its log: topic, read-only, and the revisions of the
-- last change of settings and of the last one that took reading from anybody. Channels that are their people, too.

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "topic_sealed" BYTEA,
ADD COLUMN "topic_key" INTEGER,
ADD COLUMN "read_only" BOOLEAN NOT NULL DEFAULT false,
ADD COLUMN "settings_rev" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "access_rev" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "people_digest" BYTEA;

-- CreateIndex
CREATE UNIQUE INDEX "channel_workspace_id_people_digest_key" ON "channel"("workspace_id", "people_digest");

ALTER TABLE channel
  ADD CHECK ((topic_sealed IS NULL) = (topic_key IS NULL)),
  ADD CHECK (settings_rev >= 0 AND settings_rev <= last_rev),
  ADD CHECK (access_rev >= 0 AND access_rev <= settings_rev);
GRANT UPDATE (topic_sealed, topic_key, read_only, settings_rev, access_rev) ON channel TO conclave_app;

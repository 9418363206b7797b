-- What moderators do to people and channels: mutes and bans that end, a pace of posting, and the record of every act.

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "slow_mode_seconds" INTEGER NOT NULL DEFAULT 0;
ALTER TABLE "membership" ADD COLUMN "muted_at" TIMESTAMPTZ(3),
  ADD COLUMN "muted_until" TIMESTAMPTZ(3),
  ADD COLUMN "last_post_at" TIMESTAMPTZ(3);
ALTER TABLE channel ADD CHECK (slow_mode_seconds BETWEEN 0 AND 86400);
ALTER TABLE membership ADD CHECK (muted_until IS NULL OR muted_at IS NOT NULL);
GRANT UPDATE (slow_mode_seconds) ON channel TO conclave_app;
GRANT UPDATE (muted_at, muted_until, last_post_at) ON membership TO conclave_app;

-- CreateTable
CREATE TABLE "moderation_act" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "subject_id" UUID NOT NULL,
    "actor_id" UUID,
    "kind" TEXT NOT NULL,
    "message_id" UUID,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "until" TIMESTAMPTZ(3),
    "ended_at" TIMESTAMPTZ(3),
    "ended_by" UUID,
    "reason_sealed" BYTEA,

    CONSTRAINT "moderation_act_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateIndex
CREATE INDEX "moderation_act_workspace_id_subject_id_id_idx" ON "moderation_act"("workspace_id", "subject_id", "id");

-- CreateIndex
CREATE INDEX "moderation_act_workspace_id_channel_id_id_idx" ON "moderation_act"("workspace_id", "channel_id", "id");

-- What holds somebody in a channel: one mute and one ban at most.
CREATE UNIQUE INDEX moderation_act_in_force ON moderation_act (channel_id, subject_id, kind)
  WHERE ended_at IS NULL AND kind IN ('mute', 'ban');

ALTER TABLE moderation_act
  ADD CHECK (kind IN ('mute', 'unmute', 'ban', 'unban', 'kick', 'delete', 'delete-many')),
  ADD CHECK (kind IN ('mute', 'ban') OR (until IS NULL AND ended_at IS NULL)),
  ADD CHECK (ended_at IS NOT NULL OR ended_by IS NULL),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, subject_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, actor_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, ended_by) REFERENCES account (workspace_id, id);

ALTER TABLE moderation_act ENABLE ROW LEVEL SECURITY;
ALTER TABLE moderation_act FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON moderation_act
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON moderation_act TO conclave_app;
GRANT UPDATE (ended_at, ended_by) ON moderation_act TO conclave_app;

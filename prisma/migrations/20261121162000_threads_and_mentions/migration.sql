-- Threads and mentions: a reply knows the first message of its thread, which knows how far the thread goes; who is named
-- in a message finds it by a row of their own. Both are stored by the append, in the same round trip.

CREATE TABLE "mention" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "user_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,

    CONSTRAINT "mention_pkey" PRIMARY KEY ("channel_id","seq","user_id")
);
CREATE INDEX "mention_workspace_id_user_id_message_id_idx" ON "mention"("workspace_id", "user_id", "message_id");
CREATE INDEX "mention_channel_id_user_id_seq_idx" ON "mention"("channel_id", "user_id", "seq");

ALTER TABLE "message" ADD COLUMN "thread_root" UUID,
ADD COLUMN "thread_place" INTEGER,
ADD COLUMN "reply_count" INTEGER,
ADD COLUMN "last_reply_seq" BIGINT,
ADD COLUMN "mentions" JSONB;

-- A post that is truncated takes its mentions with it.
ALTER TABLE mention
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (channel_id, seq) REFERENCES message (channel_id, seq) ON DELETE CASCADE;
ALTER TABLE message
  ADD CHECK ((thread_root IS NULL) = (thread_place IS NULL) AND thread_place >= 1),
  ADD CHECK ((reply_count IS NULL) = (last_reply_seq IS NULL) AND reply_count >= 1),
  ADD CHECK (deleted_at IS NULL OR mentions IS NULL);
CREATE INDEX message_thread ON message (channel_id, thread_root, seq) WHERE thread_root IS NOT NULL;

ALTER TABLE mention ENABLE ROW LEVEL SECURITY;
ALTER TABLE mention FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON mention
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON mention TO conclave_app;
GRANT UPDATE (reply_count, last_reply_seq, mentions) ON message TO conclave_app;

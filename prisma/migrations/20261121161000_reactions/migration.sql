-- Reactions: a row for each, and on the message itself what every reader is shown of them, so that a page costs no more.

CREATE TABLE "reaction" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "emoji" TEXT NOT NULL,
    "user_id" UUID NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "reaction_pkey" PRIMARY KEY ("channel_id","seq","emoji","user_id")
);
ALTER TABLE "message" ADD COLUMN "reactions" JSONB;

-- A post that is truncated takes its reactions with it.
ALTER TABLE reaction
  ADD CHECK (length(emoji) BETWEEN 1 AND 64),
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (channel_id, seq) REFERENCES message (channel_id, seq) ON DELETE CASCADE;
ALTER TABLE message ADD CHECK (deleted_at IS NULL OR reactions IS NULL);

ALTER TABLE reaction ENABLE ROW LEVEL SECURITY;
ALTER TABLE reaction FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON reaction
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON reaction TO conclave_app;
GRANT UPDATE (reactions) ON message TO conclave_app;

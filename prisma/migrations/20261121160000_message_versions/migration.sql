-- What a message said before it was edited: each version as it was sealed, for as long as the message has a text.

CREATE TABLE "message_version" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "version" INTEGER NOT NULL,
    "body_sealed" BYTEA NOT NULL,
    "key_epoch" INTEGER NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,

    CONSTRAINT "message_version_pkey" PRIMARY KEY ("channel_id","seq","version")
);

-- A post that is truncated takes its versions with it.
ALTER TABLE message_version
  ADD CHECK (version >= 1),
  ADD FOREIGN KEY (channel_id, seq) REFERENCES message (channel_id, seq) ON DELETE CASCADE;

ALTER TABLE message_version ENABLE ROW LEVEL SECURITY;
ALTER TABLE message_version FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON message_version
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON message_version TO conclave_app;

-- The server may drop the versions of a message only once the message itself is without its text.
CREATE POLICY deleted_only ON message_version AS RESTRICTIVE FOR DELETE
  USING (EXISTS (SELECT FROM message m WHERE m.channel_id = message_version.channel_id
    AND m.seq = message_version.seq AND m.deleted_at IS NOT NULL));

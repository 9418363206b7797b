-- Pins: what the keepers of a channel hold up, told of by the message itself.

ALTER TABLE "message" ADD COLUMN "pinned_at" TIMESTAMPTZ(3),
ADD COLUMN "pinned_by" UUID;

ALTER TABLE message
  ADD CHECK ((pinned_at IS NULL) = (pinned_by IS NULL)),
  ADD CHECK (deleted_at IS NULL OR pinned_at IS NULL);
CREATE INDEX message_pinned ON message (channel_id, seq) WHERE pinned_at IS NOT NULL;
GRANT UPDATE (pinned_at, pinned_by) ON message TO conclave_app;

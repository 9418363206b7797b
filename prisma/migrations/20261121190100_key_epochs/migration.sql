-- The keys of a channel's authors are replaced after so many messages or so much time: where its key epoch began.

-- AlterTable
ALTER TABLE "channel" ADD COLUMN "key_epoch_seq" BIGINT NOT NULL DEFAULT 0,
ADD COLUMN "key_epoch_at" TIMESTAMPTZ(3) NOT NULL DEFAULT CURRENT_TIMESTAMP;

ALTER TABLE channel ADD CHECK (key_epoch_seq >= 0 AND key_epoch_seq <= last_seq);
GRANT UPDATE (key_epoch_seq, key_epoch_at) ON channel TO conclave_app;

-- Whoever was erased has no account to ask for the receipt with: a token of 32 random bytes, kept as a keyed digest, is
-- given when the erasure is asked for.

-- AlterTable
ALTER TABLE "erasure" ADD COLUMN "receipt_digest" BYTEA;

ALTER TABLE erasure ADD CHECK (octet_length(receipt_digest) = 32);
CREATE UNIQUE INDEX erasure_by_receipt ON erasure (workspace_id, receipt_digest) WHERE receipt_digest IS NOT NULL;

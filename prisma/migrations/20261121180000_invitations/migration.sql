-- People invite each other: an invitation may be bound to an address, and be taken back; the workspace says who invites.

-- AlterTable
ALTER TABLE "invitation" ADD COLUMN "email_digest" BYTEA,
ADD COLUMN "revoked_at" TIMESTAMPTZ(3),
ADD COLUMN "revoked_by" UUID;

-- AlterTable
ALTER TABLE "workspace" ADD COLUMN "who_invites" TEXT NOT NULL DEFAULT 'admin';

ALTER TABLE invitation ADD CHECK (revoked_at IS NULL OR used_at IS NULL);
ALTER TABLE workspace ADD CHECK (who_invites IN ('admin', 'moderator', 'user'));
GRANT UPDATE (revoked_at, revoked_by) ON invitation TO conclave_app;
GRANT UPDATE (who_invites) ON workspace TO conclave_app;

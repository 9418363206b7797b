-- What the people of a workspace decide for themselves, as far as it is enforced: each is read in the transaction that
-- it decides.

-- AlterTable
ALTER TABLE "workspace" ADD COLUMN "who_creates_channels" TEXT NOT NULL DEFAULT 'user',
ADD COLUMN "default_history_policy" TEXT NOT NULL DEFAULT 'all';

ALTER TABLE workspace
  DROP CONSTRAINT workspace_registration_check,
  ADD CONSTRAINT workspace_registration_check CHECK (registration IN ('open', 'invited', 'closed')),
  ADD CHECK (who_creates_channels IN ('admin', 'moderator', 'user')),
  ADD CHECK (default_history_policy IN ('all', 'since-join'));
GRANT UPDATE (who_creates_channels, default_history_policy) ON workspace TO conclave_app;

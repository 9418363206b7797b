-- What a legal hold keeps is opened by whoever operates the server, with a code that an administrator gave out for it: one
-- at a time, once, for an hour, and by another administrator than placed the hold.

-- AlterTable
ALTER TABLE "legal_hold" ADD COLUMN     "opening_by" UUID,
ADD COLUMN     "opening_digest" BYTEA,
ADD COLUMN     "opening_until" TIMESTAMPTZ(3);

ALTER TABLE legal_hold
  ADD CHECK (num_nulls(opening_by, opening_digest, opening_until) IN (0, 3)),
  ADD CHECK (length(opening_digest) = 32),
  ADD CONSTRAINT opened_by_another CHECK (opening_by <> placed_by),
  ADD FOREIGN KEY (workspace_id, opening_by) REFERENCES account (workspace_id, id);
GRANT UPDATE (opening_by, opening_digest, opening_until) ON legal_hold TO conclave_app;

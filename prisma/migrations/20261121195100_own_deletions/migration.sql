-- Whoever asked for bulk deletions reads how far they are, the newest first.
CREATE INDEX "bulk_deletion_workspace_id_asked_by_id_idx" ON "bulk_deletion"("workspace_id", "asked_by", "id");

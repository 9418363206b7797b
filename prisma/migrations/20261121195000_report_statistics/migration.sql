-- Statistics look at the reports of a period: they are found by when they were made, however many came before it.
CREATE INDEX "report_workspace_id_created_at_idx" ON "report"("workspace_id", "created_at");

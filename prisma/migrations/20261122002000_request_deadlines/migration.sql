-- By when people must have an answer to what they asked about their data: 30 days, once longer with a reason. Whether it
-- was answered stands in the erasure or the export itself.

-- CreateTable
CREATE TABLE "request_deadline" (
    "workspace_id" UUID NOT NULL,
    "id" UUID NOT NULL,
    "kind" TEXT NOT NULL,
    "subject_id" UUID NOT NULL,
    "requested_by" UUID NOT NULL,
    "requested_at" TIMESTAMPTZ(3) NOT NULL,
    "due_at" TIMESTAMPTZ(3) NOT NULL,
    "extended_at" TIMESTAMPTZ(3),
    "extended_by" UUID,
    "reason_sealed" BYTEA,
    "reason_key" INTEGER,
    "reminded" INTEGER NOT NULL DEFAULT 0,

    CONSTRAINT "request_deadline_pkey" PRIMARY KEY ("workspace_id","id")
);

-- CreateIndex
CREATE INDEX "request_deadline_workspace_id_subject_id_id_idx" ON "request_deadline"("workspace_id", "subject_id", "id");

ALTER TABLE request_deadline
  ADD CHECK (kind IN ('erasure', 'export')),
  ADD CHECK (due_at > requested_at),
  -- Art. 12 (3) GDPR: two further months.
  ADD CONSTRAINT not_for_ever CHECK (due_at <= requested_at + interval '91 days'),
  ADD CONSTRAINT extended_for_a_reason CHECK (num_nulls(extended_at, extended_by, reason_sealed, reason_key) IN (0, 4)),
  ADD CHECK (reminded BETWEEN 0 AND 2),
  ADD FOREIGN KEY (workspace_id, subject_id) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, requested_by) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, extended_by) REFERENCES account (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, reason_key) REFERENCES workspace_key (workspace_id, version);

INSERT INTO request_deadline (workspace_id, id, kind, subject_id, requested_by, requested_at, due_at)
  SELECT workspace_id, id, 'erasure', subject_id, requested_by, requested_at, requested_at + interval '30 days' FROM erasure
  UNION ALL
  SELECT workspace_id, id, 'export', subject_id, requested_by, requested_at, requested_at + interval '30 days' FROM data_export;

ALTER TABLE request_deadline ENABLE ROW LEVEL SECURITY;
ALTER TABLE request_deadline FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON request_deadline
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));

GRANT SELECT, INSERT ON request_deadline TO conclave_app;
GRANT UPDATE (due_at, extended_at, extended_by, reason_sealed, reason_key, reminded) ON request_deadline TO conclave_app;

-- When a request was answered; null as long as it was not. An export that failed is no answer, unless another one of the
-- same person was finished since. Whoever was erased waits for nothing more, and what was taken back was answered by that.
CREATE FUNCTION request_answered_at(_workspace uuid, _id uuid, _kind text, _subject uuid) RETURNS timestamptz
  LANGUAGE sql STABLE SET search_path = pg_catalog, public AS
$$
  SELECT CASE _kind
    WHEN 'erasure' THEN (
      SELECT coalesce(e.ended_at, e.requested_at) FROM erasure e
      WHERE e.workspace_id = _workspace AND e.id = _id AND e.state IN ('done', 'cancelled'))
    ELSE coalesce(
      (SELECT coalesce(x.finished_at, CASE WHEN x.state = 'cancelled' THEN x.ended_at END) FROM data_export x
       WHERE x.workspace_id = _workspace AND x.id = _id),
      (SELECT min(later.finished_at) FROM data_export later
       WHERE later.workspace_id = _workspace AND later.subject_id = _subject AND later.id > _id),
      (SELECT min(e.ended_at) FROM erasure e
       WHERE e.workspace_id = _workspace AND e.subject_id = _subject AND e.channel_id IS NULL AND e.state = 'done'))
    END
$$;
REVOKE ALL ON FUNCTION request_answered_at(uuid, uuid, text, uuid) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION request_answered_at(uuid, uuid, text, uuid) TO conclave_app;

-- Whoever operates the server sees how many wait, in all workspaces, and nothing of what they are.
CREATE POLICY lookup ON request_deadline FOR SELECT TO conclave_lookup USING (true);
CREATE POLICY lookup ON erasure FOR SELECT TO conclave_lookup USING (true);
CREATE POLICY lookup ON data_export FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT (workspace_id, id, kind, subject_id, due_at) ON request_deadline TO conclave_lookup;
GRANT SELECT (workspace_id, id, subject_id, channel_id, state, requested_at, ended_at) ON erasure TO conclave_lookup;
GRANT SELECT (workspace_id, id, subject_id, state, finished_at, ended_at) ON data_export TO conclave_lookup;
GRANT EXECUTE ON FUNCTION request_answered_at(uuid, uuid, text, uuid) TO conclave_lookup;
CREATE FUNCTION requests_waiting(_now timestamptz) RETURNS TABLE (open bigint, overdue bigint)
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$
  SELECT count(*) FILTER (WHERE d.due_at > _now), count(*) FILTER (WHERE d.due_at <= _now)
  FROM public.request_deadline d
  WHERE public.request_answered_at(d.workspace_id, d.id, d.kind, d.subject_id) IS NULL
$$;
GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION requests_waiting(timestamptz) OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION requests_waiting(timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION requests_waiting(timestamptz) TO conclave_app;

-- Letters that carry no token.
ALTER TABLE mail
  DROP CONSTRAINT mail_kind_check,
  ADD CONSTRAINT mail_kind_check CHECK (kind IN (
    'password-reset', 'email-verification', 'mentions', 'request-due', 'request-extended'));

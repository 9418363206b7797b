-- A legal hold keeps what is deleted while it is in force, whoever deletes it: the message disappears for everybody, and
-- its texts, sealed as they are, stay here until no hold covers them any more. The database itself sees to both.

-- CreateTable
CREATE TABLE "held_text" (
    "workspace_id" UUID NOT NULL,
    "channel_id" UUID NOT NULL,
    "message_id" UUID NOT NULL,
    "version" INTEGER NOT NULL,
    "author_id" UUID NOT NULL,
    "seq" BIGINT NOT NULL,
    "posted_at" TIMESTAMPTZ(3) NOT NULL,
    "at" TIMESTAMPTZ(3) NOT NULL,
    "body_sealed" BYTEA NOT NULL,
    "key_epoch" INTEGER NOT NULL,

    CONSTRAINT "held_text_pkey" PRIMARY KEY ("channel_id","message_id","version")
);

-- CreateIndex
CREATE INDEX "held_text_workspace_id_author_id_idx" ON "held_text"("workspace_id", "author_id");

ALTER TABLE held_text
  ADD CHECK (version >= 1),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, author_id) REFERENCES account (workspace_id, id);
ALTER TABLE held_text ENABLE ROW LEVEL SECURITY;
ALTER TABLE held_text FORCE ROW LEVEL SECURITY;
CREATE POLICY own_workspace ON held_text
  USING (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid))
  WITH CHECK (workspace_id = (SELECT nullif(current_setting('app.workspace', true), '')::uuid));
GRANT SELECT, INSERT, DELETE ON held_text TO conclave_app;

-- What was written by that person, there, at that time is under a hold. Only for who decides on it in this transaction.
CREATE FUNCTION is_held(_workspace uuid, _channel uuid, _author uuid, _posted_at timestamptz) RETURNS boolean
  LANGUAGE sql STABLE SET search_path = pg_catalog, public AS
$$
  SELECT EXISTS (
    SELECT FROM legal_hold h WHERE h.workspace_id = _workspace AND h.lifted_at IS NULL
      AND (h.subject_id IS NULL OR h.subject_id = _author)
      AND (h.channel_id IS NULL OR h.channel_id = _channel)
      AND (h.from_at IS NULL OR _posted_at >= h.from_at) AND (h.to_at IS NULL OR _posted_at < h.to_at))
$$;
REVOKE ALL ON FUNCTION is_held(uuid, uuid, uuid, timestamptz) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION is_held(uuid, uuid, uuid, timestamptz) TO conclave_app;

CREATE POLICY not_held ON held_text AS RESTRICTIVE FOR DELETE
  USING (NOT is_held(workspace_id, channel_id, author_id, posted_at));

-- Whoever places a hold waits for this transaction, or is waited for (privacy/holds/hold-store.ts): the number is its.
CREATE FUNCTION keep_held_texts() RETURNS trigger LANGUAGE plpgsql SET search_path = pg_catalog, public AS
$$
DECLARE
  _gone message;
BEGIN
  IF TG_TABLE_NAME = 'message' THEN _gone := OLD;
  -- With the message, which was here before and took its versions along, or is without a text and still says of when it is.
  ELSE SELECT * INTO _gone FROM message m WHERE m.channel_id = OLD.channel_id AND m.seq = OLD.seq;
  END IF;
  IF _gone.id IS NOT NULL THEN
    PERFORM pg_advisory_xact_lock_shared(4711031, hashtext(_gone.workspace_id::text));
    IF is_held(_gone.workspace_id, _gone.channel_id, _gone.author_id, _gone.at) THEN
      INSERT INTO held_text (workspace_id, channel_id, message_id, version, author_id, seq, posted_at, at, body_sealed, key_epoch)
      SELECT _gone.workspace_id, _gone.channel_id, _gone.id, t.version, _gone.author_id, _gone.seq, _gone.at, t.at,
        t.body_sealed, t.key_epoch
      FROM (
        SELECT _gone.version, coalesce(_gone.edited_at, _gone.at) AS at, _gone.body_sealed, _gone.key_epoch
        UNION ALL
        SELECT v.version, v.at, v.body_sealed, v.key_epoch FROM message_version v
        WHERE v.channel_id = _gone.channel_id AND v.seq = _gone.seq) t
      WHERE t.body_sealed IS NOT NULL
      ON CONFLICT DO NOTHING;
    END IF;
  END IF;
  IF TG_OP = 'DELETE' THEN RETURN OLD; END IF;
  RETURN NEW;
END $$;
REVOKE ALL ON FUNCTION keep_held_texts() FROM PUBLIC;

CREATE TRIGGER keep_held BEFORE UPDATE OF body_sealed ON message
  FOR EACH ROW WHEN (OLD.body_sealed IS NOT NULL AND NEW.body_sealed IS NULL) EXECUTE FUNCTION keep_held_texts();
CREATE TRIGGER keep_held_of_row BEFORE DELETE ON message
  FOR EACH ROW WHEN (OLD.body_sealed IS NOT NULL) EXECUTE FUNCTION keep_held_texts();
CREATE TRIGGER keep_held BEFORE DELETE ON message_version FOR EACH ROW EXECUTE FUNCTION keep_held_texts();

-- In pieces: what no hold covers any more is deleted for good. Says how many texts went.
CREATE FUNCTION let_go_held_texts(_most int) RETURNS int
  LANGUAGE plpgsql SET search_path = pg_catalog, public AS
$$
DECLARE
  _gone int;
BEGIN
  PERFORM pg_advisory_xact_lock_shared(4711031, hashtext(nullif(current_setting('app.workspace', true), '')));
  DELETE FROM held_text WHERE (channel_id, message_id, version) IN (
    SELECT t.channel_id, t.message_id, t.version FROM held_text t
    WHERE t.workspace_id = nullif(current_setting('app.workspace', true), '')::uuid
      AND NOT is_held(t.workspace_id, t.channel_id, t.author_id, t.posted_at) LIMIT _most);
  GET DIAGNOSTICS _gone = ROW_COUNT;
  RETURN _gone;
END $$;
REVOKE ALL ON FUNCTION let_go_held_texts(int) FROM PUBLIC;
GRANT EXECUTE ON FUNCTION let_go_held_texts(int) TO conclave_app;

-- Isolation: what Prisma's schema cannot say. Checks and references between tables, row level security FORCEd on
-- every table, rights of the roles, and the narrow functions that may look before a workspace is known.
-- The roles conclave_app and conclave_lookup belong to the cluster; the migration runner creates them.

ALTER TABLE workspace
  ADD CHECK (registration IN ('open', 'invited')),
  ADD CHECK (password_policy IN ('composition', 'nist'));
ALTER TABLE account
  ADD CHECK (role IN ('user', 'moderator', 'admin', 'auditor', 'guest', 'system')),
  ADD CHECK (status IN ('active', 'locked', 'deactivated', 'erased')),
  ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);
ALTER TABLE invitation
  ADD CHECK (role IN ('user', 'moderator', 'admin', 'auditor', 'guest')),
  ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);
ALTER TABLE session ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id);
ALTER TABLE refresh_token ADD FOREIGN KEY (workspace_id, session_id) REFERENCES session (workspace_id, id);
ALTER TABLE workspace_key ADD FOREIGN KEY (workspace_id) REFERENCES workspace (workspace_id);
ALTER TABLE subject_key
  ADD FOREIGN KEY (workspace_id, workspace_key) REFERENCES workspace_key (workspace_id, version);
ALTER TABLE channel
  ADD CHECK (kind IN ('public', 'private', 'direct')),
  ADD CHECK (history_policy IN ('all', 'since-join')),
  ADD CHECK (last_seq >= 0 AND last_rev >= last_seq AND purged_rev <= last_rev),
  ADD FOREIGN KEY (workspace_id, created_by) REFERENCES account (workspace_id, id);
ALTER TABLE data_key
  ADD FOREIGN KEY (workspace_id, workspace_key) REFERENCES workspace_key (workspace_id, version),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id);
ALTER TABLE membership
  ADD CHECK (role IN ('owner', 'moderator', 'member', 'guest')),
  ADD CHECK ((left_rev IS NULL) = (left_seq IS NULL) AND (left_rev IS NULL) = (left_at IS NULL)),
  ADD CHECK (rev >= joined_rev AND (left_rev IS NULL OR rev = left_rev)),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, user_id) REFERENCES account (workspace_id, id);
-- One open interval per person and channel; its columns begin with channel_id like every key of the log.
CREATE UNIQUE INDEX membership_open ON membership (channel_id, user_id) WHERE left_rev IS NULL;
ALTER TABLE message
  ADD CHECK (seq >= 1 AND posted_rev >= seq AND rev >= posted_rev AND version >= 1),
  ADD CHECK ((deleted_at IS NULL) OR (body_sealed IS NULL)),
  ADD FOREIGN KEY (workspace_id, channel_id) REFERENCES channel (workspace_id, id),
  ADD FOREIGN KEY (workspace_id, author_id) REFERENCES account (workspace_id, id);

-- Every table, the same policy. A later migration that adds a table adds these three statements for it;
-- a test compares the catalogue with this list.
DO $$
DECLARE name text;
BEGIN
  FOREACH name IN ARRAY ARRAY['workspace', 'account', 'invitation', 'session', 'refresh_token', 'workspace_key',
    'subject_key', 'data_key', 'channel', 'membership', 'message', 'audit_event']
  LOOP
    EXECUTE format('ALTER TABLE %I ENABLE ROW LEVEL SECURITY', name);
    EXECUTE format('ALTER TABLE %I FORCE ROW LEVEL SECURITY', name);
    EXECUTE format(
      'CREATE POLICY own_workspace ON %I
         USING (workspace_id = (SELECT nullif(current_setting(''app.workspace'', true), '''')::uuid))
         WITH CHECK (workspace_id = (SELECT nullif(current_setting(''app.workspace'', true), '''')::uuid))', name);
  END LOOP;
END $$;

REVOKE ALL ON SCHEMA public FROM PUBLIC;
GRANT USAGE ON SCHEMA public TO conclave_app, conclave_lookup;

-- The server's login inherits these rights and owns nothing. Columns that must never change are not updatable.
GRANT SELECT ON workspace, account, invitation, session, refresh_token, workspace_key, subject_key, data_key,
  channel, membership, message, audit_event TO conclave_app;
GRANT INSERT ON workspace, account, invitation, session, refresh_token, workspace_key, subject_key, data_key,
  channel, membership, message, audit_event TO conclave_app;
GRANT UPDATE (name, registration, password_policy, host) ON workspace TO conclave_app;
GRANT UPDATE (role, status, email_digest, email_digest_key, email_sealed, profile_sealed, profile_version,
  password_hash, password_pepper, password_changed_at) ON account TO conclave_app;
GRANT UPDATE (used_at, used_by) ON invitation TO conclave_app;
GRANT DELETE ON invitation TO conclave_app;
GRANT UPDATE (last_used_at, ended_at, end_reason) ON session TO conclave_app;
GRANT UPDATE (used_at, successor_sealed) ON refresh_token TO conclave_app;
GRANT UPDATE (kind, name_sealed, name_key, history_policy, last_seq, last_rev, purged_rev, epoch, key_epoch,
  newest_joined_seq, archived_at) ON channel TO conclave_app;
GRANT UPDATE (role, rev, left_seq, left_rev, left_at) ON membership TO conclave_app;
GRANT UPDATE (rev, version, body_sealed, key_epoch, edited_at, deleted_at, deleted_by) ON message TO conclave_app;

-- What must look before a workspace is known may see ids by slug or host, and nothing else.
CREATE POLICY lookup ON workspace FOR SELECT TO conclave_lookup USING (true);
GRANT SELECT (workspace_id, slug, host) ON workspace TO conclave_lookup;

CREATE FUNCTION workspace_by_slug(_slug text) RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT w.workspace_id FROM public.workspace w WHERE w.slug = _slug $$;

CREATE FUNCTION workspace_by_host(_host text) RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT w.workspace_id FROM public.workspace w WHERE w.host = _host $$;

-- The default where a server has just one workspace; null where there is none or a choice.
CREATE FUNCTION only_workspace() RETURNS uuid
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT (array_agg(w.workspace_id))[1] FROM public.workspace w HAVING count(*) = 1 $$;

CREATE FUNCTION any_workspace() RETURNS boolean
  LANGUAGE sql STABLE SECURITY DEFINER SET search_path = pg_catalog, public AS
$$ SELECT EXISTS (SELECT FROM public.workspace) $$;

GRANT CREATE ON SCHEMA public TO conclave_lookup;
ALTER FUNCTION workspace_by_slug(text) OWNER TO conclave_lookup;
ALTER FUNCTION workspace_by_host(text) OWNER TO conclave_lookup;
ALTER FUNCTION only_workspace() OWNER TO conclave_lookup;
ALTER FUNCTION any_workspace() OWNER TO conclave_lookup;
REVOKE CREATE ON SCHEMA public FROM conclave_lookup;
REVOKE ALL ON FUNCTION workspace_by_slug(text), workspace_by_host(text), only_workspace(), any_workspace() FROM PUBLIC;
GRANT EXECUTE ON FUNCTION workspace_by_slug(text), workspace_by_host(text), only_workspace(), any_workspace()
  TO conclave_app;

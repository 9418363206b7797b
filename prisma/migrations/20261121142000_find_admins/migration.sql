-- Whoever changes a role or a status holds the admins of the workspace, so that the last one cannot be lost: they are
-- found without looking at everybody else.
CREATE INDEX account_admins ON account (workspace_id, id) WHERE role = 'admin';

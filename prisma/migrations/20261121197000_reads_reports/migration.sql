-- Whether somebody looks at the reports of a channel, by one of these roles in it or by a role of the workspace's own
-- making: one place, so that a list and its counts cannot differ. Inlined into whatever asks, as its caller.
CREATE FUNCTION reads_reports_of(_reader uuid, _channel uuid, _roles text[]) RETURNS boolean
LANGUAGE sql STABLE
AS $$
  SELECT EXISTS (
    SELECT FROM public.membership m WHERE m.channel_id = _channel AND m.user_id = _reader
      AND m.left_rev IS NULL AND m.role = ANY (_roles)) OR EXISTS (
    SELECT FROM public.role_grant g
    JOIN public.custom_role q ON q.workspace_id = g.workspace_id AND q.id = g.role_id
    JOIN public.custom_role_channel h ON h.workspace_id = q.workspace_id AND h.role_id = q.id
    WHERE g.user_id = _reader AND h.channel_id = _channel
      AND q.scope = 'channels' AND 'report.read' = ANY (q.permissions))
$$;

REVOKE ALL ON FUNCTION reads_reports_of FROM PUBLIC;
GRANT EXECUTE ON FUNCTION reads_reports_of TO conclave_app;

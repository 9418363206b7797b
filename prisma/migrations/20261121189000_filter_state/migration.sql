-- Whether the filters of a workspace changed, in one round trip: every send asks twice a second, and must not wait
-- for a transaction behind those of others. Row level security holds inside: it runs as its caller.
CREATE FUNCTION filter_state(_workspace uuid) RETURNS text
LANGUAGE plpgsql
SET search_path = pg_catalog, public
SET app.workspace = '' -- confines the set_config below to this call
AS $$
BEGIN
  PERFORM set_config('app.workspace', _workspace::text, true);
  RETURN (SELECT count(*) || ':' || coalesce(sum(version), 0) FROM content_filter WHERE workspace_id = _workspace);
END $$;

REVOKE ALL ON FUNCTION filter_state FROM PUBLIC;
GRANT EXECUTE ON FUNCTION filter_state TO conclave_app;

/** Asks Postgres itself what isolates workspaces, and names everything that does not. */
import type pg from 'pg';

const OWN = `(workspace_id = ( SELECT (NULLIF(current_setting('app.workspace'::text, true), ''::text))::uuid AS "nullif"))`;
/** The only policies beside `own_workspace`: what must look before a workspace is known, or for all of them. */
const OTHERS = new Set([
  'lookup on workspace for r to conclave_lookup using true check null',
  'lookup on channel for r to conclave_lookup using true check null',
  'lookup on erasure for r to conclave_lookup using true check null',
  'lookup on data_export for r to conclave_lookup using true check null',
  'lookup on request_deadline for r to conclave_lookup using true check null',
  'lookup on erasure_head for r to conclave_lookup using true check null',
  'lookup on erasure_floor for r to conclave_lookup using true check null',
  'lookup on erasure for r to conclave_lookup using true check null',
  'lookup on legal_hold for r to conclave_lookup using true check null',
  'lookup on held_text for r to conclave_lookup using true check null',
  'lookup on control_event for r to conclave_lookup using true check null',
  'expiry on control_event for d to conclave_lookup using true check null',
  'lookup on revoked_token for r to conclave_lookup using true check null',
  'expiry on revoked_token for d to conclave_lookup using (expires_at < clock_timestamp()) check null',
  'lookup on mail for r to conclave_lookup using true check null',
  'lookup on workspace_key for r to conclave_lookup using true check null',
  'turn on mail for w to conclave_lookup using true check null',
]);

/** Of no workspace: the server reaches these through functions alone, and has no right to the tables themselves. */
const SERVER_WIDE: ReadonlyMap<string, string> = new Map([
  ['signing_key', 'keys on signing_key for * to conclave_lookup using true check true'],
]);

interface Table {
  readonly name: string;
  readonly granted: boolean;
  readonly kind: string;
  readonly bound: boolean;
  readonly forced: boolean;
  readonly owned: boolean | null;
  readonly policies: readonly Policy[] | null;
}

interface Policy {
  readonly name: string;
  readonly command: string;
  readonly permissive: boolean;
  readonly roles: readonly string[];
  readonly using: string | null;
  readonly check: string | null;
}

const TABLES = `
  SELECT c.relname AS name, c.relkind AS kind,
    has_any_column_privilege('conclave_app', c.oid, 'SELECT, INSERT, UPDATE') OR has_table_privilege('conclave_app', c.oid, 'DELETE') AS granted,
    c.relrowsecurity AS bound, c.relforcerowsecurity AS forced,
    (SELECT a.attnotnull FROM pg_attribute a
      WHERE a.attrelid = c.oid AND a.attname = 'workspace_id' AND a.atttypid = 'uuid'::regtype) AS owned,
    (SELECT json_agg(json_build_object('name', p.polname, 'command', p.polcmd, 'permissive', p.polpermissive,
        'roles', (SELECT array_agg(CASE WHEN r = 0 THEN 'public' ELSE pg_get_userbyid(r) END) FROM unnest(p.polroles) r),
        'using', pg_get_expr(p.polqual, p.polrelid), 'check', pg_get_expr(p.polwithcheck, p.polrelid)) ORDER BY p.polname)
      FROM pg_policy p WHERE p.polrelid = c.oid) AS policies
  FROM pg_class c
  WHERE c.relnamespace = 'public'::regnamespace AND c.relkind IN ('r', 'p', 'v', 'm', 'f')
    AND c.relname <> '_prisma_migrations'
  ORDER BY c.relname`;

/** Every way in which a table is not kept apart by workspace, as `table: fault`. */
export async function isolationFaults(
  client: pg.Client,
): Promise<{ tables: string[]; faults: string[] }> {
  const { rows } = await client.query<Table>(TABLES);
  const faults = rows.flatMap((table) => faultsOf(table).map((fault) => `${table.name}: ${fault}`));
  return { tables: rows.map(({ name }) => name), faults };
}

function faultsOf(table: Table): string[] {
  const { name, kind, bound, forced, owned, policies, granted } = table;
  if (kind !== 'r' && kind !== 'p') return ['is no table: row level security does not bind it'];
  const faults: string[] = [];
  const only = SERVER_WIDE.get(name);
  if (only === undefined && owned !== true) faults.push('has no workspace_id that is NOT NULL');
  if (!bound) faults.push('row level security is off');
  if (!forced) faults.push('row level security is not forced');
  const all = policies ?? [];
  if (only !== undefined) {
    if (granted) faults.push('is open to the server itself');
    const more = all.filter((policy) => shown(name, policy) !== only);
    return [...faults, ...more.map((policy) => `has one more policy: ${shown(name, policy)}`)];
  }
  const own = all.find((policy) => policy.name === 'own_workspace');
  if (!own) faults.push('has no policy own_workspace');
  else if (shown(name, own) !== ownPolicy(name))
    faults.push(`has another policy: ${shown(name, own)}`);
  for (const policy of all)
    if (policy !== own && !OTHERS.has(shown(name, policy)) && policy.permissive)
      faults.push(`has one more policy: ${shown(name, policy)}`);
  return faults;
}

function shown(table: string, { name, command, roles, using, check }: Policy): string {
  return `${name} on ${table} for ${command} to ${roles.join()} using ${using ?? 'null'} check ${check ?? 'null'}`;
}

const ownPolicy = (table: string) =>
  `own_workspace on ${table} for * to public using ${OWN} check ${OWN}`;

export interface Rights {
  /** `table.column` for every column that the login may change. */
  readonly updates: readonly string[];
  readonly deletes: readonly string[];
  /** Anything else beyond reading and inserting, as `right on table`. */
  readonly others: readonly string[];
}

/** What the login may do to rows, its groups included. */
export async function rightsOf(client: pg.Client, login: string): Promise<Rights> {
  const updates = await names(
    client,
    `SELECT c.relname || '.' || a.attname AS name FROM pg_class c JOIN pg_attribute a ON a.attrelid = c.oid
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r' AND a.attnum > 0 AND NOT a.attisdropped
        AND has_column_privilege($1, c.oid, a.attnum, 'UPDATE') ORDER BY 1`,
    login,
  );
  const rights = await names(
    client,
    `SELECT t.name || ' on ' || c.relname AS name FROM pg_class c,
        unnest(ARRAY['DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) AS t(name)
      WHERE c.relnamespace = 'public'::regnamespace AND c.relkind = 'r'
        AND has_table_privilege($1, c.oid, t.name) ORDER BY 1`,
    login,
  );
  const isDelete = (right: string) => right.startsWith('DELETE on ');
  return {
    updates,
    deletes: rights.filter(isDelete).map((right) => right.slice('DELETE on '.length)),
    others: rights.filter((right) => !isDelete(right)),
  };
}

/** Everything that would lift the login above row level security. */
export async function powersOf(client: pg.Client, login: string): Promise<string[]> {
  return names(
    client,
    `WITH RECURSIVE held AS (
       SELECT oid FROM pg_roles WHERE rolname = $1
       UNION SELECT m.roleid FROM pg_auth_members m JOIN held h ON m.member = h.oid)
     SELECT 'superuser: ' || rolname AS name FROM pg_roles JOIN held USING (oid) WHERE rolsuper
     UNION SELECT 'bypasses row level security: ' || rolname FROM pg_roles JOIN held USING (oid) WHERE rolbypassrls
     UNION SELECT 'makes roles: ' || rolname FROM pg_roles JOIN held USING (oid) WHERE rolcreaterole
     UNION SELECT 'replicates: ' || rolname FROM pg_roles JOIN held USING (oid) WHERE rolreplication
     UNION SELECT 'owns ' || relname FROM pg_class WHERE relowner IN (SELECT oid FROM held) AND relkind IN ('r', 'p', 'v', 'm', 'S')
     UNION SELECT 'owns ' || proname FROM pg_proc WHERE proowner IN (SELECT oid FROM held)
     UNION SELECT 'owns the schema' FROM pg_namespace WHERE nspowner IN (SELECT oid FROM held)
     UNION SELECT 'creates in public' WHERE has_schema_privilege($1, 'public', 'CREATE')
     UNION SELECT 'is also ' || rolname FROM pg_roles JOIN held USING (oid) WHERE rolname NOT IN ($1, 'conclave_app')
     ORDER BY 1`,
    login,
  );
}

/** Functions that run with the rights of their owner, or that anybody may call: on workspaces, or on the server's own. */
export async function openFunctions(
  client: pg.Client,
  { ofTheServer = false } = {},
): Promise<string[]> {
  return names(
    client,
    `SELECT p.proname || ' gives ' || format_type(p.prorettype, NULL) || ' as ' || pg_get_userbyid(p.proowner)
        || CASE WHEN p.proconfig IS NULL THEN ' in any search_path' ELSE '' END
        || CASE WHEN has_function_privilege('public', p.oid, 'EXECUTE') THEN ' to anybody' ELSE '' END AS name
      FROM pg_proc p
      WHERE p.pronamespace = 'public'::regnamespace
        AND (p.prosecdef OR has_function_privilege('public', p.oid, 'EXECUTE'))
        AND (p.proname ~ '^[a-z_]*signing_keys?$') = $1::boolean ORDER BY 1`,
    String(ofTheServer),
  );
}

async function names(client: pg.Client, text: string, ...values: string[]): Promise<string[]> {
  const { rows } = await client.query<{ name: string }>(text, values);
  return rows.map(({ name }) => name);
}

/** What must hold of keys: whatever is sealed has its key, and those there are open under the root keyring. */
import type { UserId, WorkspaceId } from '../../contract/index.ts';
import {
  BrokenKey,
  Vault,
  type DataKeyName,
  type KeyRows,
  type Keyring,
  type WrappedKey,
} from '../../crypto/index.ts';
import { Refusal, type Clock, type Entropy } from '../../kernel/index.ts';
import type { OwnerPostgres } from '../../platform/owner-postgres.ts';
import type { Invariant } from './invariant.ts';

const LOST =
  'What they seal cannot be read: restore the keys from the newest backup that has them.';

const workspaceKeyOf = (table: string, id: string, column: string): Invariant => ({
  check: `keys ${table}.${column}`,
  holds: `every version of a workspace key that ${table}.${column} names is there`,
  query: `SELECT format('workspace %s: ${table} %s is sealed under version %s', t.workspace_id, t.${id}, t.${column}) AS bad
    FROM ${table} t WHERE t.${column} IS NOT NULL AND NOT EXISTS (
      SELECT FROM workspace_key k WHERE k.workspace_id = t.workspace_id AND k.version = t.${column})`,
  advice: LOST,
});

export const KEYED: readonly Invariant[] = [
  {
    check: 'keys message',
    holds: 'every text has the data key that it is sealed under',
    query: `SELECT format('channel %s: post %s of %s, key epoch %s', m.channel_id, m.seq, m.author_id, m.key_epoch) AS bad
      FROM message m WHERE m.body_sealed IS NOT NULL AND NOT EXISTS (
        SELECT FROM data_key k WHERE k.channel_id = m.channel_id AND k.author_id = m.author_id AND k.epoch = m.key_epoch)`,
    advice: LOST,
  },
  {
    check: 'keys message_version',
    holds: 'every former text has the data key that it is sealed under',
    query: `SELECT format('channel %s: version %s of post %s, key epoch %s', v.channel_id, v.version, v.seq, v.key_epoch) AS bad
      FROM message_version v JOIN message m ON m.channel_id = v.channel_id AND m.seq = v.seq
      WHERE NOT EXISTS (
        SELECT FROM data_key k WHERE k.channel_id = m.channel_id AND k.author_id = m.author_id AND k.epoch = v.key_epoch)`,
    advice: LOST,
  },
  {
    check: 'keys account',
    holds: 'every account that has anything sealed has its subject key',
    query: `SELECT format('workspace %s: account %s', a.workspace_id, a.id) AS bad
      FROM account a WHERE coalesce(a.email_sealed, a.profile_sealed) IS NOT NULL AND NOT EXISTS (
        SELECT FROM subject_key k WHERE k.workspace_id = a.workspace_id AND k.subject_id = a.id)`,
    advice: LOST,
  },
  workspaceKeyOf('channel', 'id', 'name_key'),
  workspaceKeyOf('channel', 'id', 'topic_key'),
  workspaceKeyOf('content_filter', 'id', 'text_key'),
  workspaceKeyOf('audit_event', 'id', 'sealed_key'),
];

/** So many of each kind are tried; workspace keys are few, and all others depend on them. */
const WORKSPACE_KEYS = 10_000;
const OTHERS = 500;

export interface Tried {
  readonly tried: number;
  /** Which do not open. */
  readonly bad: readonly string[];
}

interface Row extends WrappedKey {
  readonly workspaceId: WorkspaceId;
}
type SubjectRow = Row & { readonly subjectId: UserId };
type DataRow = Row & DataKeyName;

/** Unwraps some keys of each kind, picked by lot, as a node does. */
export async function tryKeys(
  postgres: OwnerPostgres,
  ring: Keyring,
  { clock, entropy }: { readonly clock: Clock; readonly entropy: Entropy },
): Promise<Tried> {
  const vault = new Vault(ring, entropy, clock);
  const workspaces = await postgres.rows<Row>(
    `SELECT workspace_id AS "workspaceId", root_key AS under, version, wrapped FROM workspace_key
      ORDER BY random() LIMIT ${WORKSPACE_KEYS}`,
  );
  const subjects = await postgres.rows<SubjectRow>(
    `SELECT workspace_id AS "workspaceId", subject_id AS "subjectId", workspace_key::text AS under, 1 AS version, wrapped
       FROM subject_key ORDER BY random() LIMIT ${OTHERS}`,
  );
  const data = await postgres.rows<DataRow>(
    `SELECT workspace_id AS "workspaceId", channel_id AS "channelId", author_id AS "authorId", epoch AS "keyEpoch",
       workspace_key::text AS under, epoch AS version, wrapped FROM data_key ORDER BY random() LIMIT ${OTHERS}`,
  );
  const held = new Map(workspaces.map((row) => [`${row.workspaceId} ${row.version}`, row]));
  const rowsOf = ({ workspaceId }: Row, own: WrappedKey | null): KeyRows => ({
    workspaceId,
    workspaceKey: (version) => Promise.resolve(held.get(`${workspaceId} ${version}`) ?? null),
    subjectKey: () => Promise.resolve(own),
    dataKey: () => Promise.resolve(own),
    ...{ dataKeys: none, addWorkspaceKey: none, addSubjectKey: none, addDataKeys: none },
  });
  const bad: string[] = [];
  const attempt = async (what: string, key: Promise<unknown>) => {
    if ((await key.catch(closed)) === null) bad.push(what);
  };
  for (const row of workspaces) {
    const key = vault.workspaceKey(rowsOf(row, null), row.version);
    await attempt(`workspace ${row.workspaceId}: its key of version ${row.version}`, key);
  }
  for (const row of subjects) {
    const key = vault.subjectKey(rowsOf(row, row), row.subjectId);
    await attempt(`workspace ${row.workspaceId}: the key of ${row.subjectId}`, key);
  }
  for (const row of data) {
    const { channelId, authorId, keyEpoch } = row;
    const key = vault.dataKey(rowsOf(row, row), channelId, authorId, keyEpoch);
    await attempt(`channel ${channelId}: the key of ${authorId}, key epoch ${keyEpoch}`, key);
  }
  return { tried: workspaces.length + subjects.length + data.length, bad };
}

/** It does not open, or the ring has no key of the name that wraps it. */
function closed(error: unknown): null {
  if (error instanceof BrokenKey || error instanceof Refusal) return null;
  throw error;
}

const none = () => Promise.reject(new Error('nothing but single keys is asked for'));

/** Tries all that one person had sealed, straight from the tables and with nothing but the root keyring: no server is asked. */
import { open } from '../../src/crypto/index.ts';
import type { Restorable } from './restorable.ts';

export interface Tried {
  /** Their name, address and texts that open. */
  readonly opened: number;
  readonly closed: number;
}

interface Wrapped {
  readonly wrapped: Buffer | null;
}

/** `root` is the root key that wraps the keys of the workspace. */
export async function tryAllOf(database: Restorable, userId: string, root: Buffer): Promise<Tried> {
  const [account] = await database.rows<{
    workspaceId: string;
    email: Buffer;
    profile: Buffer;
    version: number;
  }>(
    `SELECT workspace_id AS "workspaceId", email_sealed AS email, profile_sealed AS profile, profile_version AS version
       FROM account WHERE id = $1`,
    [userId],
  );
  if (!account) throw new Error('there is no such account');
  const { workspaceId } = account;
  const [top] = await database.rows<Wrapped>(
    'SELECT wrapped FROM workspace_key WHERE workspace_id = $1 AND version = 1',
    [workspaceId],
  );
  const workspaceKey = top?.wrapped && open(root, top.wrapped, ['workspace-key', workspaceId, 1]);
  const unwrapped = (row: Wrapped | undefined, place: (string | number)[]) =>
    workspaceKey && row?.wrapped ? open(workspaceKey, row.wrapped, place) : null;
  const [own] = await database.rows<Wrapped>(
    'SELECT wrapped FROM subject_key WHERE workspace_id = $1 AND subject_id = $2',
    [workspaceId, userId],
  );
  const subjectKey = unwrapped(own, ['subject-key', workspaceId, userId]);
  const texts = await database.rows<
    Wrapped & { channel: string; id: string; version: number; epoch: number; body: Buffer }
  >(
    `SELECT m.channel_id AS channel, m.id, m.version, m.key_epoch AS epoch, m.body_sealed AS body, k.wrapped
       FROM message m LEFT JOIN data_key k
         ON k.channel_id = m.channel_id AND k.author_id = m.author_id AND k.epoch = m.key_epoch
      WHERE m.author_id = $1 AND m.body_sealed IS NOT NULL`,
    [userId],
  );
  const plain = [
    subjectKey && open(subjectKey, account.email, ['e-mail', workspaceId, userId]),
    subjectKey &&
      open(subjectKey, account.profile, ['profile', workspaceId, userId, account.version]),
    ...texts.map((row) => {
      const { channel, id, version, epoch } = row;
      const key = unwrapped(row, ['data-key', workspaceId, channel, userId, epoch]);
      return (
        key && open(key, row.body, ['message', workspaceId, channel, id, userId, version, epoch])
      );
    }),
  ];
  const opened = plain.filter((one) => one !== null).length;
  return { opened, closed: plain.length - opened };
}

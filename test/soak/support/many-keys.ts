/** Data keys by the ten thousand, as they are after years: each sealed for its own row, under the newest workspace key. */
import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { readConfig, type Environment } from '../../../src/config.ts';
import type { WorkspaceId } from '../../../src/contract/index.ts';
import { envelope, keyring, keyRows, Vault } from '../../../src/crypto/index.ts';
import { Postgres } from '../../../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../../../src/platform/system.ts';

const TOGETHER = 5_000;

/** Of authors that there are not; `owner` is not bound by row level security. */
export async function addDataKeys(
  owner: pg.Client,
  environment: Environment,
  { workspaceId, channelId, count }: { workspaceId: string; channelId: string; count: number },
): Promise<void> {
  const config = readConfig(environment);
  const entropy = systemEntropy(systemClock);
  const vault = new Vault(keyring(config.keys.root), entropy, systemClock);
  const postgres = new Postgres({ ...config.database, connections: 2 });
  const id = workspaceId as WorkspaceId;
  const { version, key } = await postgres.transaction(id, 'read', (tx) =>
    vault.workspaceKey(keyRows(tx, id)),
  );
  await postgres.close();
  const sealing = envelope(entropy);
  for (let made = 0; made < count; made += TOGETHER) {
    const authors = Array.from({ length: Math.min(TOGETHER, count - made) }, () => randomUUID());
    const wrapped = authors.map((author) =>
      sealing.seal(key, randomBytes(32), ['data-key', workspaceId, channelId, author, 1]),
    );
    await owner.query(
      `INSERT INTO data_key (workspace_id, channel_id, author_id, epoch, workspace_key, wrapped, created_at)
       SELECT $1, $2, n.author, 1, $3, n.wrapped, now() FROM unnest($4::uuid[], $5::bytea[]) AS n (author, wrapped)`,
      [workspaceId, channelId, version, authors, wrapped],
    );
  }
  await owner.query('ANALYZE data_key');
}

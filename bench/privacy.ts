/** `npm run bench:privacy`: how fast an export is made, and how much memory it takes, on the database of the settings. */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Writable } from 'node:stream';
import pg from 'pg';
import { v7 } from 'uuid';
import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import type { ChannelId, UserId, WorkspaceId } from '../src/contract/index.ts';
import { envelope, keyring, keyRows, Vault } from '../src/crypto/index.ts';
import { createLog } from '../src/platform/log.ts';
import { Postgres } from '../src/platform/postgres/index.ts';
import { systemClock, systemEntropy } from '../src/platform/system.ts';

const BATCH = 5_000;
const MEGABYTE = 1024 * 1024;
const { values } = parseArgs({ options: { messages: { type: 'string', default: '1000000' } } });
const messages = Number(values.messages);

const folder = mkdtempSync(join(tmpdir(), 'conclave-bench-exports-'));
const config = readConfig({
  ...process.env,
  ...{ PORT: '0', BCRYPT_COST: '4', EXPORT_DIR: folder, HTTP_REQUESTS_PER_HOUR: '1000000' },
});
const silent = new Writable({ write: (_line, _encoding, done) => done() });
const app = createApp({ config, log: createLog('error', silent) });
const owner = new pg.Pool({ connectionString: process.env['DATABASE_URL'], max: 2 });
const postgres = new Postgres({ ...config.database, connections: 2 });
try {
  await app.start();
  const slug = `bench-${randomBytes(6).toString('hex')}`;
  const workspaceId = await app.auth.createWorkspace({ slug, name: 'Bench', registration: 'open' });
  const email = `${slug}@example.org`;
  const password = `${randomBytes(12).toString('base64url')}-aA1!`;
  await asked('/v1/accounts', { workspace: slug, email, password, displayName: 'Ada' });
  const session = await asked('/v1/sessions', { workspace: slug, email, password });
  const token = String(session['accessToken']);
  const room = { kind: 'private', name: 'Bench' };
  const { id } = await asked('/v1/channels', room, token);
  await asked(`/v1/channels/${String(id)}/messages`, { body: 'the first', clientId: v7() }, token);
  await seed(workspaceId, id as ChannelId, session['userId'] as UserId, messages);

  global.gc?.();
  const before = process.memoryUsage().rss;
  let peak = before;
  const watch = setInterval(() => (peak = Math.max(peak, process.memoryUsage().rss)), 50);
  const began = performance.now();
  const cpu = process.cpuUsage();
  await asked('/v1/me/exports', { password }, token);
  let state = 'collecting';
  let collectedMs = 0;
  let rows = 0;
  while (state === 'collecting' || state === 'settling') {
    await new Promise((resolve) => setTimeout(resolve, 100));
    const { exports } = (await asked('/v1/me/exports', null, token)) as {
      exports: { state: string; rows: number }[];
    };
    [{ state, rows } = { state: 'gone', rows: 0 }] = exports;
    if (state !== 'collecting' && collectedMs === 0) collectedMs = performance.now() - began;
  }
  clearInterval(watch);
  const seconds = (performance.now() - began) / 1_000;
  const { user, system } = process.cpuUsage(cpu);
  const busy = (user + system) / 1_000_000;
  console.log(`CPU of the node     ${busy.toFixed(1)} s, ${Math.round(rows / busy)} rows/s of CPU`);
  console.log(`messages            ${messages}`);
  console.log(`state, rows         ${state}, ${rows}`);
  console.log(`whole               ${seconds.toFixed(1)} s, ${Math.round(rows / seconds)} rows/s`);
  console.log(
    `collecting          ${(collectedMs / 1_000).toFixed(1)} s, ${Math.round((rows / collectedMs) * 1_000)} rows/s`,
  );
  console.log(
    `RSS                 ${Math.round(before / MEGABYTE)} MB, grew by ${Math.round((peak - before) / MEGABYTE)} MB`,
  );
} finally {
  await app.stop();
  await Promise.all([owner.end(), postgres.close()]);
  rmSync(folder, { recursive: true, force: true });
}

async function asked(path: string, body: object | null, token?: string) {
  const response = await fetch(`http://127.0.0.1:${app.port()}${path}`, {
    method: body ? 'POST' : 'GET',
    headers: {
      ...(body && { 'content-type': 'application/json' }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    },
    ...(body && { body: JSON.stringify(body) }),
  });
  const answer = (await response.json()) as Record<string, unknown>;
  if (!response.ok) throw new Error(`${path}: ${JSON.stringify(answer)}`);
  return answer;
}

/** Rows as the server writes them, sealed under the key that it made, without its rules on the way. */
async function seed(workspaceId: WorkspaceId, channelId: ChannelId, userId: UserId, count: number) {
  const entropy = systemEntropy(systemClock);
  const vault = new Vault(keyring(config.keys.root), entropy, systemClock);
  const key = await postgres.transaction(workspaceId, 'read', (tx) =>
    vault.dataKey(keyRows(tx, workspaceId), channelId, userId, 1),
  );
  if (!key) throw new Error('the channel has no key of its writer');
  const sealing = envelope(entropy);
  const { rows } = await owner.query<{ seq: string; rev: string }>(
    'SELECT last_seq AS seq, last_rev AS rev FROM channel WHERE id = $1',
    [channelId],
  );
  const [first] = rows;
  let [seq, rev] = [Number(first?.seq), Number(first?.rev)];
  for (let done = 0; done < count; done += BATCH) {
    const batch = Array.from({ length: Math.min(BATCH, count - done) }, (_, n) => {
      const id = v7();
      const text = Buffer.from(`message ${done + n} ${'of some words '.repeat(8)}`);
      return {
        id,
        sealed: sealing.seal(key, text, ['message', workspaceId, channelId, id, userId, 1, 1]),
      };
    });
    await owner.query(
      `INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id, body_sealed, key_epoch, at)
       SELECT $1, $2, $3 + n, id, $4 + n, $4 + n, $5, gen_random_uuid(), body, 1, now()
       FROM unnest($6::uuid[], $7::bytea[]) WITH ORDINALITY AS m (id, body, n)`,
      [
        workspaceId,
        channelId,
        seq,
        rev,
        userId,
        batch.map(({ id }) => id),
        batch.map(({ sealed }) => sealed),
      ],
    );
    [seq, rev] = [seq + batch.length, rev + batch.length];
  }
  await owner.query('UPDATE channel SET last_seq = $2, last_rev = $3 WHERE id = $1', [
    channelId,
    seq,
    rev,
  ]);
  await owner.query('ANALYZE message');
}

/** Fills a channel in bulk, beside a server that runs: each batch takes its places from the locked row, as a send does. */
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import pg from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { COPIED, copyLines, type Sealing } from './posts.ts';

export interface Filling extends Sealing {
  /** Of the owner of the tables: the server's own login may not COPY where row level security binds it. */
  readonly database: string;
  readonly count: number;
  readonly now: () => Date;
  readonly progress?: (filled: number) => void;
}

/**
 * Posts in a transaction: few enough that a server that runs waits a fraction of a second for the channel, and that
 * what is in memory does not grow with the channel.
 */
export const BATCH = 5_000;
/** While one batch is stored another one is sealed. */
const AT_ONCE = 2;

const MAKE_TABLE = `CREATE TEMP TABLE seeded (place bigint, id uuid, author_id uuid, client_id uuid, reply_to uuid,
  body_sealed bytea, thread_place int, replies int, last_reply bigint) ON COMMIT DELETE ROWS`;

/** Where the batch begins; nothing where the key epoch has rolled since the keys were read. */
const TAKE = `UPDATE channel SET last_seq = last_seq + $2, last_rev = last_rev + $2
  WHERE id = $1 AND key_epoch = $3 RETURNING last_seq - $2 AS seq, last_rev - $2 AS rev`;

const STORE = `INSERT INTO message (workspace_id, channel_id, seq, id, rev, posted_rev, author_id, client_id, reply_to,
    body_sealed, key_epoch, at, thread_root, thread_place, reply_count, last_reply_seq)
  SELECT $1, $2, $3::bigint + 1 + place, id, $4::bigint + 1 + place, $4::bigint + 1 + place, author_id, client_id,
    reply_to, body_sealed, $5, $6, reply_to, thread_place, replies, $3::bigint + 1 + last_reply
  FROM seeded ORDER BY place`;

/**
 * Adds `count` posts at the end of the channel; those that were committed stay where it fails. Whoever listens there is
 * sent away by their node's follower, as after any gap that is too wide for it.
 */
export async function fill(filling: Filling): Promise<void> {
  const { database, count, progress } = filling;
  let begun = 0;
  let filled = 0;
  const work = async () => {
    const client = new pg.Client({ connectionString: database });
    await client.connect();
    try {
      await client.query(MAKE_TABLE);
      while (begun < count) {
        const from = begun;
        const size = Math.min(BATCH, count - from);
        begun += size;
        await storeBatch(client, filling, from, size);
        filled += size;
        progress?.(filled);
      }
    } finally {
      begun = count; // the other one need not go on where this one failed
      await client.end();
    }
  };
  const done = await Promise.allSettled(Array.from({ length: AT_ONCE }, work));
  for (const each of done) if (each.status === 'rejected') throw each.reason as Error;
}

async function storeBatch(client: pg.Client, filling: Filling, from: number, size: number) {
  const { workspaceId, channelId, keyEpoch, now } = filling;
  await client.query('BEGIN');
  await client.query(`SELECT set_config('app.workspace', $1, true)`, [workspaceId]);
  const lines = Readable.from(copyLines(filling, from, size), { highWaterMark: 256 });
  await pipeline(lines, client.query(copyFrom(`COPY seeded (${COPIED}) FROM STDIN`)));
  const { rows } = await client.query<{ seq: string; rev: string }>(TAKE, [
    channelId,
    size,
    keyEpoch,
  ]);
  const [place] = rows;
  if (!place) throw new Error('there is no such channel, or its key epoch is another one now');
  const where = [workspaceId, channelId, place.seq, place.rev];
  await client.query(STORE, [...where, keyEpoch, now()]);
  await client.query('COMMIT');
}

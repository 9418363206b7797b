/** What there is when everything healed: as every user reads it on every node, and as the database has it. */
import jwt from 'jsonwebtoken';
import type pg from 'pg';
import { PAGE_ENTRIES, type ChannelId } from '../../src/contract/index.ts';
import type { FinalView, Post, Stay } from './history.ts';
import { Refused, type Line } from './line.ts';
import type { Cast, Somebody } from './people.ts';

/** So many people read at a time. */
const AT_A_TIME = 8;

/** Every user's view of each channel they were in, read page by page on each node. */
export async function readByEverybody(
  cast: Cast,
  channels: readonly ChannelId[],
  stays: readonly Stay[],
): Promise<FinalView[]> {
  const views: FinalView[] = [];
  const tasks = cast.everybody.flatMap(({ userId, lines }) =>
    channels
      .filter((channel) => stays.some((stay) => stay.user === userId && stay.channel === channel))
      .flatMap((channel) =>
        lines.map((line, i) => async () => {
          const node = i === 0 ? 'A' : 'B';
          views.push({ user: userId, node, channel, seqs: await history(line, channel) });
        }),
      ),
  );
  const next = async () => {
    for (let task = tasks.shift(); task; task = tasks.shift()) await task();
  };
  await Promise.all(Array.from({ length: AT_A_TIME }, next));
  return views;
}

/** All places of the channel as that node shows them, oldest first; none when it may not be read. */
async function history(line: Line, channelId: ChannelId): Promise<number[]> {
  const seqs: number[] = [];
  try {
    for (let before: number | undefined; ; before = seqs[0]) {
      const place = before === undefined ? {} : { before };
      const input = { channelId, limit: PAGE_ENTRIES, ...place };
      const page = await (await line.opened()).insist('message.history', input);
      seqs.unshift(...page.messages.map(({ seq }) => seq));
      if (!page.more) return seqs;
    }
  } catch (error) {
    if (error instanceof Refused && error.code === 'not_found') return [];
    throw error;
  }
}

export interface Stored {
  readonly log: readonly Post[];
  readonly stays: readonly Stay[];
  /** By channel, the last revision. */
  readonly heads: ReadonlyMap<string, number>;
}

/** Straight from the tables, past the server. */
export async function stored(
  database: pg.Pool,
  { session }: Somebody,
  channels: readonly ChannelId[],
): Promise<Stored> {
  const client = await database.connect();
  const ask = async <R extends pg.QueryResultRow>(text: string) =>
    (await client.query<R>(text, [channels])).rows;
  try {
    const { wid } = jwt.decode(session.accessToken) as { wid: string };
    await client.query("SELECT set_config('app.workspace', $1, false)", [wid]);
    const log = await ask<Post>(
      `SELECT channel_id AS channel, seq::int, posted_rev::int AS rev, client_id AS "clientId", author_id AS author
         FROM message WHERE channel_id = ANY ($1::uuid[]) ORDER BY channel_id, seq`,
    );
    const stays = await ask<Stay>(
      `SELECT channel_id AS channel, user_id AS "user", joined_rev::int AS "joinedRev", left_rev::int AS "leftRev"
         FROM membership WHERE channel_id = ANY ($1::uuid[])`,
    );
    const heads = await ask<{ id: string; rev: number }>(
      'SELECT id, last_rev::int AS rev FROM channel WHERE id = ANY ($1::uuid[])',
    );
    return { log, stays, heads: new Map(heads.map(({ id, rev }) => [id, rev])) };
  } finally {
    client.release();
  }
}

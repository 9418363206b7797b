/** What the drill of backups works with: people on two nodes, what they hold, and what the database has of it. */
import assert from 'node:assert/strict';
import pg from 'pg';
import type { ChannelId } from '../../../src/contract/index.ts';
import { stored } from '../../faults/aftermath.ts';
import type { FinalView, History, Post } from '../../faults/history.ts';
import { Line } from '../../faults/line.ts';
import { Listener } from '../../faults/listener.ts';
import type { Somebody } from '../../faults/people.ts';
import type { Recorder } from '../../faults/recorder.ts';
import type { InputOf, OperationName } from '../../support/connection.ts';
import type { Restorable } from '../../support/restorable.ts';
import { register, signIn } from '../../support/two-processes.ts';

/** Counts how often its owner was told to start over. */
class CountingLine extends Line {
  readonly resets: string[] = [];

  override async ask<N extends OperationName>(name: N, input: InputOf<N>, patienceMs?: number) {
    const answer = await super.ask(name, input, patienceMs);
    const { reset } = (answer?.ok ? answer.data : {}) as { readonly reset?: boolean };
    if (name === 'channel.resume' && reset)
      this.resets.push((input as { channelId: string }).channelId);
    return answer;
  }
}

type Facts = Awaited<ReturnType<typeof stored>>;

export function historyOf(
  recorder: Recorder,
  facts: Facts,
  finalViews: readonly FinalView[],
): History {
  const { sends, views, memberships, faults } = recorder;
  return { sends, views, memberships, faults, ...facts, finalViews };
}

/** Each channel is the beginning of what it was, and whoever saw an answer before a restored send was asked is in it, too. */
export function isOneMoment(was: readonly Post[], now: readonly Post[], { sends }: Recorder): void {
  assert.ok(now.length > 0 && now.length < was.length, `${now.length} of ${was.length}`);
  for (const channel of new Set(was.map((post) => post.channel))) {
    const [all_, kept] = [was, now].map((log) => log.filter((post) => post.channel === channel));
    assert.deepEqual(kept, all_?.slice(0, kept?.length));
  }
  const kept = new Set(now.map(({ clientId }) => clientId));
  const asked = new Map<string, number>();
  for (const entry of sends)
    if (entry.is === 'invoke' && !asked.has(entry.clientId)) asked.set(entry.clientId, entry.at);
  const last = Math.max(...[...kept].map((clientId) => asked.get(clientId) ?? 0));
  const early = sends.filter(
    (entry) => entry.is === 'ok' && !kept.has(entry.clientId) && entry.at < last,
  );
  assert.deepEqual(early, [], 'nothing is missing that came before something that is there');
}

export async function factsOf(database: Restorable, one: Somebody, channels: readonly ChannelId[]) {
  const pool = new pg.Pool({ connectionString: database.url, max: 1 });
  return stored(pool, one, channels).finally(() => pool.end());
}

export async function somebody(
  sites: readonly { readonly url: string }[],
  name: string,
  endings: (() => unknown)[],
): Promise<Somebody> {
  const [site] = sites;
  assert.ok(site);
  const session = await signIn(site, await register(name, site));
  const lines = sites.map(({ url }) => new Line(url, session.accessToken)) as [Line, Line];
  for (const line of lines) {
    endings.push(() => line.close());
    await line.opened();
  }
  return { userId: session.userId, session, lines };
}

export async function room(
  { lines: [line] }: Somebody,
  people: readonly Somebody[],
): Promise<ChannelId> {
  const named = { kind: 'private', name: 'A room', historyPolicy: 'all' } as const;
  const { id: channelId } = await line.insist('channel.create', named);
  for (const { userId } of people.slice(1)) await line.insist('member.add', { channelId, userId });
  return channelId;
}

export async function following(
  recorder: Recorder,
  one: Somebody | undefined,
  sites: readonly { readonly url: string }[],
  at: number,
  channels: readonly ChannelId[],
  endings: (() => unknown)[],
) {
  assert.ok(one);
  const line = new CountingLine(sites[at]?.url ?? '', one.session.accessToken);
  const listener = new Listener(recorder, one.userId, at === 0 ? 'A' : 'B', line);
  endings.push(() => listener.leave());
  await line.opened();
  for (const channel of channels) await listener.follow(channel);
  return { line, listener };
}

/** As these people read the channels on each node. */
export async function viewsOf(people: readonly Somebody[], channels: readonly ChannelId[]) {
  const views: FinalView[] = [];
  for (const { userId, lines } of people)
    for (const [i, line] of lines.entries())
      for (const channel of channels) {
        await line.opened();
        const seqs: number[] = [];
        for (let more = true; more;) {
          const place = seqs[0] === undefined ? {} : { before: seqs[0] };
          const page = await line.insist('message.history', {
            channelId: channel,
            limit: 100,
            ...place,
          });
          seqs.unshift(...page.messages.map(({ seq }) => seq));
          more = page.more;
        }
        views.push({ user: userId, node: i === 0 ? 'A' : 'B', channel, seqs });
      }
  return views;
}

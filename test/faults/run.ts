/** One scenario from its first message to its verdict: people write and listen, something fails, all heals, and the history is judged. */
import { setTimeout as pause } from 'node:timers/promises';
import { BODY_CHARACTERS, type ChannelId } from '../../src/contract/index.ts';
import { readByEverybody, stored, type Stored } from './aftermath.ts';
import { Chance } from './chance.ts';
import { invalid, violations } from './checker.ts';
import type { FinalView, History, Violation } from './history.ts';
import type { House } from './house.ts';
import { Line, Refused } from './line.ts';
import { Listener } from './listener.ts';
import { openChannels, ownerOf, type Cast } from './people.ts';
import { Recorder } from './recorder.ts';
import { schedule, type Manner, type PlannedMove, type Size } from './schedule.ts';
import { Writer } from './writer.ts';

/** What a scenario has at hand when its moment comes. */
export interface Stage {
  readonly house: House;
  readonly chance: Chance;
  readonly recorder: Recorder;
  /** Two on node A, two on node B. */
  readonly listeners: readonly Listener[];
}

export interface Scenario {
  readonly name: string;
  /** What happens, in one sentence. */
  readonly about: string;
  readonly manner?: Manner;
  /** Needs a Postgres that may be ended. */
  readonly endsPostgres?: true;
  /** Listeners connect to the nodes themselves: a proxy would read for those who do not. */
  readonly straight?: true;
  /** True when bodies are as long as they may be. */
  readonly longBodies?: true;
  /** Milliseconds within which a removal must be felt; longer where the node itself stands still. */
  readonly revocationBoundMs: number;
  /** Does it, recording each fault; throws when it could not be felt at all. */
  readonly inject: (stage: Stage) => Promise<void>;
  /** After everything: why the fault was none, or null. */
  readonly unfelt?: (history: History, stage: Stage) => string | null;
}

export interface Outcome {
  readonly scenario: Scenario;
  readonly acked: number;
  readonly info: number;
  readonly failed: number;
  readonly frames: number;
  readonly resumes: number;
  readonly faults: readonly string[];
  readonly longestGapMs: number;
  readonly milliseconds: number;
  readonly violations: readonly Violation[];
  readonly history: History;
  /** Why the run proves nothing, or null. */
  readonly invalid: string | null;
}

export interface RunOptions {
  readonly house: House;
  readonly cast: Cast;
  readonly size: Size;
  readonly seed: number;
  /** Fewer acknowledged sends prove nothing. */
  readonly fewest: number;
}

/** How long listeners may take to come to the end after everything healed. */
const CATCH_UP_MS = 45_000;

export async function run(scenario: Scenario, options: RunOptions): Promise<Outcome> {
  const began = performance.now();
  const { house, cast, size, seed } = options;
  const plan = schedule(seed, scenario.name, size, scenario.manner);
  const recorder = new Recorder();
  const channels = await openChannels(cast, size);
  const [a, b] = house.sites;
  const urls = scenario.straight ? ([a.process.url, b.process.url] as const) : house.urls;
  const follow = (people: Cast['readers'], on: (place: number) => readonly ChannelId[]) =>
    Promise.all(
      people.map(async (one, i) => {
        const at = i % 2 === 0 ? 0 : 1;
        const line = new Line(urls[at], one.session.accessToken);
        const listener = new Listener(recorder, one.userId, at === 0 ? 'A' : 'B', line);
        await line.opened();
        for (const channel of on(i)) await listener.follow(channel);
        return listener;
      }),
    );
  const listeners = await follow(cast.readers, () => channels);
  const movers = await follow(cast.movers, (i) => channels.slice(i, i + 1));
  const stage: Stage = {
    house,
    recorder,
    listeners,
    chance: new Chance(seed, `${scenario.name}!`),
  };
  const writers = cast.writers.map(({ userId, lines }) => new Writer(recorder, userId, lines));
  try {
    const begin = recorder.now();
    const until = (at: number) => pause(Math.max(0, begin + at - recorder.now()));
    for (const listener of listeners) listener.expectFrames(true);
    const sending = plan.sends.map(async (planned, i) => {
      await until(planned.at);
      const writer = writers[planned.writer];
      const channelId = channels[Math.floor(planned.writer / size.writersPerChannel)];
      const body = scenario.longBodies ? '語'.repeat(BODY_CHARACTERS) : `${scenario.name} ${i}`;
      if (writer && channelId) await writer.send(planned, { channelId, body });
    });
    const moving = Promise.all(
      plan.moves.map(async (move) => {
        await until(move.at);
        await removeAndAdd(move, channels, options, recorder, movers[move.channel]);
      }),
    );
    moving.catch(() => undefined); // it is waited for below, and heard of there
    const failing = recorder.acked(plan.faultAfter).then(() => scenario.inject(stage));
    await Promise.all([...sending, failing]);
    for (const listener of listeners) listener.expectFrames(false);
    await house.healed();
    await moving;
    const [somebody] = cast.everybody;
    if (!somebody) throw new Error('nobody is there');
    const facts = await stored(house.database, somebody, channels);
    const live = await lastViews([...listeners, ...movers], facts);
    const finalViews = [...(await readByEverybody(cast, channels, facts.stays)), ...live];
    const { sends, views, memberships, faults } = recorder;
    const history: History = { sends, views, memberships, faults, ...facts, finalViews };
    const count = (is: string) => sends.filter((entry) => entry.is === is).length;
    const { revocationBoundMs } = scenario;
    return {
      scenario,
      acked: count('ok'),
      info: count('info'),
      failed: count('fail'),
      frames: views.filter(({ is }) => is === 'frame').length,
      resumes: recorder.resumes,
      faults: faults.map(({ name }) => name),
      longestGapMs: recorder.longestGap,
      milliseconds: performance.now() - began,
      history,
      violations: violations(history, { revocationBoundMs }),
      invalid: invalid(history, options.fewest) ?? scenario.unfelt?.(history, stage) ?? null,
    };
  } finally {
    for (const listener of [...listeners, ...movers]) listener.leave();
  }
}

/** A no after an attempt without an answer may mean that that one did it. */
async function removeAndAdd(
  move: PlannedMove,
  channels: readonly ChannelId[],
  { cast, size }: RunOptions,
  recorder: Recorder,
  listener: Listener | undefined,
): Promise<void> {
  const [channelId, mover] = [channels[move.channel], cast.movers[move.channel]];
  const { lines } = ownerOf(cast, size, move.channel);
  if (!channelId || !mover || !listener) return;
  const { userId } = mover;
  for (const is of ['removed', 'added'] as const) {
    const invokedAt = recorder.now();
    const line = lines.find(({ connected }) => connected) ?? lines[0];
    const operation = is === 'removed' ? 'member.remove' : 'member.add';
    await line.insist(operation, { channelId, userId }).catch((error: unknown) => {
      if (!(error instanceof Refused) || error.code !== 'not_found') throw error;
    });
    const [channel, ackedAt] = [channelId, recorder.now()];
    recorder.memberships.push({ is, user: userId, channel, invokedAt, ackedAt });
    if (is === 'removed') await pause(move.awayMs);
  }
  await listener.follow(channelId);
}

/** What the listeners hold once they have come to the end, or when they should have. */
async function lastViews(
  listeners: readonly Listener[],
  { heads, stays }: Stored,
): Promise<FinalView[]> {
  const followed = listeners.flatMap((listener) =>
    stays
      .filter(({ user, leftRev }) => user === listener.userId && leftRev === null)
      .map(({ channel }) => ({ listener, channel: channel as ChannelId })),
  );
  const behind = () =>
    followed.some(({ listener, channel }) => listener.rev(channel) < (heads.get(channel) ?? 0));
  const deadline = performance.now() + CATCH_UP_MS;
  while (behind() && performance.now() < deadline) await pause(50);
  return followed.map(({ listener, channel }) => ({
    user: listener.userId,
    node: `${listener.node} (what came live)`,
    channel,
    seqs: listener.seqs(channel),
  }));
}

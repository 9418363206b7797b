/** Redis killed, emptied or standing still under a conversation on two nodes: nothing is lost, and no limit opens. */
import assert from 'node:assert/strict';
import { setTimeout as pause } from 'node:timers/promises';
import type { ChannelId, Client } from 'conclave/client';
import { eventually } from '../support/bootstrap-clone.ts';
import { signInRefusal, TwoProcesses, userIdOf } from '../support/two-processes.ts';
import { Flood, Guesses } from './support/abuse.ts';
import { Pace } from './support/pace.ts';
import { assertWhole, Reader, spread, waits } from './support/reader.ts';

const PER_SECOND = 50;
const BEFORE_MS = 2_000;
const AWAY_MS = 3_000;
const AFTER_MS = 3_000;
/** The rows `message.write` and `auth.login` of src/limits/table.ts. */
const MESSAGES = 20;
const MESSAGES_MS = 5_000;
const SIGN_INS = 5;

interface Fault {
  readonly what: string;
  readonly happens: () => Promise<unknown>;
  /** How often the shared counts are lost: each time somebody may begin anew, on the node that they are on. */
  readonly fresh: number;
}

describe('soak: a Redis that fails under two nodes', function () {
  this.timeout(120_000);
  let nodes: TwoProcesses;
  let senders: Client[];
  let listeners: Client[];
  before(async () => {
    nodes = await TwoProcesses.start();
    senders = await nodes.clients('Sender', 40);
    listeners = await nodes.clients('Reader', 4);
  });
  after(() => nodes.end());

  async function room(...members: readonly Client[]): Promise<ChannelId> {
    const [owner, ...others] = members;
    assert.ok(owner);
    const named = { kind: 'private', name: 'A room' } as const;
    const { id: channelId } = await owner.callOrThrow('channel.create', named);
    for (const other of others)
      await owner.callOrThrow('member.add', { channelId, userId: userIdOf(other) });
    return channelId;
  }

  async function goesOn({ what, happens, fresh }: Fault): Promise<void> {
    const channelId = await room(...senders, ...listeners);
    const readers = await Reader.all(listeners, channelId);
    const resumes = () => nodes.nodes.map((node) => node.calls('channel.resume'));
    const before = resumes();
    const flooder = await nodes.client('Flooder', nodes.a);
    const flood = new Flood(flooder, await room(flooder));
    const victim = await nodes.register('Victim', nodes.a);
    for (let i = 0; i < SIGN_INS; i += 1)
      await signInRefusal(nodes.a, { ...victim, password: 'Not-The-Password-1' });
    const guesses = new Guesses(nodes.nodes, victim);

    const pace = new Pace(channelId, senders, PER_SECOND).begin();
    await eventually('everybody hears', () => readers.every(({ frames }) => frames > 0));
    for (const reader of readers) reader.listenFromNow();
    await pause(BEFORE_MS);
    await happens();
    await pause(AFTER_MS);
    const posts = await pace.end();
    await Promise.all([flood.end(), guesses.end()]);
    await assertWhole(readers, posts);

    const gaps = readers.reduce((sum, reader) => sum + reader.gaps, 0);
    const resumed = resumes().map((count, i) => count - (before[i] ?? 0));
    const silence = Math.max(...readers.map((reader) => reader.silence));
    const most = flood.mostWithin(MESSAGES_MS);
    console.log(
      `      ${what}: ${posts.length} messages to ${readers.length} readers, none lost; resumes ${resumed.join('+')}, ` +
        `gaps ${gaps}, longest delivery gap ${silence.toFixed(0)} ms`,
    );
    const delays = readers.flatMap((reader) => waits(reader, posts));
    console.log(`        send -> frame: ${spread(delays)}`);
    console.log(
      `        a flood of ${flood.attempts}: at most ${most} taken within ${MESSAGES_MS / 1_000} s; ` +
        `${guesses.attempts} more guesses of a password: ${guesses.judged.join(' and ')} judged on the two nodes`,
    );
    assert.deepEqual([resumed, gaps], [[0, 0], 0]);
    assert.ok(most <= MESSAGES * (1 + fresh), 'the limit is never open');
    assert.ok(flood.codes.includes('rate_limited'), 'the flood was stopped');
    assert.equal(guesses.judged[0], 0, 'the node that counted goes on counting');
    assert.ok(guesses.judged[1] <= SIGN_INS, 'the other one counts by itself');
    await nodes.connected();
  }

  it('loses nothing when it is killed and comes back empty', async () => {
    await goesOn({
      what: `killed for ${AWAY_MS / 1_000} s`,
      fresh: 2,
      async happens() {
        await nodes.redis.kill();
        await pause(AWAY_MS);
        await nodes.redis.begin();
      },
    });
  });

  it('loses nothing when it is emptied', async () => {
    await goesOn({ what: 'FLUSHALL', fresh: 1, happens: () => nodes.redis.admin.flushall() });
  });

  it('loses nothing when it stands still', async () => {
    await goesOn({
      what: `CLIENT PAUSE ${AWAY_MS} ALL`,
      fresh: 1,
      async happens() {
        await nodes.redis.admin.call('CLIENT', 'PAUSE', String(AWAY_MS), 'ALL');
        await pause(AWAY_MS);
      },
    });
  });
});

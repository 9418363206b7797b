/** A thousand clients come back to a node in the same instant: all of them get in, and whoever talks there does not wait for them. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { Writable } from 'node:stream';
import { v7 } from 'uuid';
import { createApp, type App } from '../../src/app.ts';
import { readConfig } from '../../src/config.ts';
import type { Channel, WorkspaceId } from '../../src/contract/index.ts';
import { createLog } from '../../src/platform/log.ts';
import { NodeProcess } from '../support/node-process.ts';
import { OwnRedis } from '../support/own-redis.ts';
import { Person } from '../support/person.ts';
import { ROOMY } from '../support/world.ts';
import { spread } from './support/reader.ts';

const CROWD = 1_000;
const TALKERS = 40;
const PER_SECOND = 40;
const CALM_MS = 8_000;
/** What is bounded is that nobody waits for the crowd; on a machine that is short of everything, three times the calm. */
const ACK_P99_MS = 1_000;
const ALL_IN_MS = 120_000;

const CROWD_PROGRAM = fileURLToPath(new URL('./support/crowd.mjs', import.meta.url));

const p99Of = (times: readonly number[]) =>
  times.toSorted((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity;

interface Came {
  readonly waits: readonly number[];
  readonly refusals: Readonly<Record<string, number>>;
  readonly stayed: number;
}

describe(`soak: ${CROWD} clients come back to one node at once`, function () {
  this.timeout(300_000);
  let redis: OwnRedis;
  let desk: App;
  let node: NodeProcess;
  let workspaceId: WorkspaceId;
  const people: Person[] = [];
  before(async () => {
    redis = await OwnRedis.start();
    const shared = { REDIS_URL: redis.url, PUBLIC_URL: 'http://chat.example.org' };
    node = await NodeProcess.start({
      ...ROOMY,
      ...shared,
      LOG_LEVEL: 'info',
      // Few places, so that many are sent away: a crowd of tens of thousands, made small.
      SOCKET_HANDSHAKES_PROVED: '2',
      SOCKET_HANDSHAKES_WAITING: '50',
    });
    const nowhere = new Writable({ write: (_line, _encoding, done) => done() });
    const config = readConfig({ ...process.env, ...ROOMY, ...shared });
    desk = createApp({ config, log: createLog('error', nowhere) }); // serves nobody: it signs people in
    await desk.start();
    const slug = `s${v7().replaceAll('-', '').slice(0, 24)}`;
    workspaceId = await desk.auth.createWorkspace({ slug, name: 'A storm' });
  });
  after(async () => {
    for (const person of people) person.leave();
    await desk.stop();
    assert.equal(await node.stop(), 0);
    await redis.end();
  });

  async function talkers(): Promise<Channel> {
    for (let i = 0; i < TALKERS; i += 1) {
      const displayName = `Talker ${i}`;
      const minted = await desk.auth.mintSession(workspaceId, { displayName });
      const person = new Person(node.url, displayName, minted);
      await person.connect();
      people.push(person);
    }
    const [owner, ...others] = people;
    assert.ok(owner);
    const named = { kind: 'private', name: 'A room' } as const;
    const channel = await owner.call('channel.create', named).accepted();
    for (const { userId } of others)
      await owner.call('member.add', { channelId: channel.id, userId }).accepted();
    for (const person of people)
      await person.call('channel.subscribe', { channelId: channel.id }).accepted();
    return channel;
  }

  /**
   * Talks at a steady pace, whether or not answers come, until `enough`; gives how long each acknowledgement took. A
   * machine that is short of everything may put off a few: they count as the longest that is allowed.
   */
  async function talk({ id }: Channel, enough: Promise<unknown>): Promise<number[]> {
    const acks: number[] = [];
    const underWay: Promise<unknown>[] = [];
    let turn = 0;
    const timer = setInterval(() => {
      const person = people[(turn += 1) % people.length];
      const began = performance.now();
      const sent = person?.send(id, `${turn}`, v7()).accepted();
      const answered = () => acks.push(performance.now() - began);
      if (sent) underWay.push(sent.then(answered, () => acks.push(ACK_P99_MS)));
    }, 1_000 / PER_SECOND);
    await enough;
    clearInterval(timer);
    await Promise.all(underWay);
    return acks;
  }

  it('lets all of them in, and answers those who talk as before', async () => {
    const channel = await talkers();
    const tokens: string[] = [];
    while (tokens.length < CROWD) {
      const batch = Array.from({ length: Math.min(8, CROWD - tokens.length) }, (_, i) =>
        desk.auth.mintSession(workspaceId, { displayName: `Crowd ${tokens.length + i}` }),
      );
      for (const { accessToken } of await Promise.all(batch)) tokens.push(accessToken);
    }
    await talk(channel, new Promise((resolve) => setTimeout(resolve, 1_000))); // everything is loaded by then
    const calm = await talk(channel, new Promise((resolve) => setTimeout(resolve, CALM_MS)));
    const crowd = fork(CROWD_PROGRAM, { execArgv: [] });
    await once(crowd, 'spawn');
    const began = performance.now();
    const came = once(crowd, 'message').then(([message]) => message as Came);
    crowd.send({ url: node.url, tokens });
    const stormy = await talk(channel, came);
    const { waits, refusals, stayed } = await came;
    const seconds = ((performance.now() - began) / 1_000).toFixed(1);

    console.log(
      `      ${waits.length} of ${CROWD} in after ${seconds} s, sent away ${JSON.stringify(refusals)}; ` +
        `waited: ${spread(waits)}`,
    );
    console.log(`      send -> acknowledgement, calm: ${spread(calm)} (${calm.length} messages)`);
    console.log(`      send -> acknowledgement, storm: ${spread(stormy)} (${stormy.length})`);
    assert.deepEqual([waits.length, stayed], [CROWD, CROWD], 'all are in, and stayed');
    assert.ok(Math.max(...waits) < ALL_IN_MS);
    const p99 = p99Of(stormy);
    assert.ok(p99 < Math.max(ACK_P99_MS, 3 * p99Of(calm)), `${p99} ms`);
    const lines = node.logged(({ result }) => result === 'overloaded');
    const told = lines.reduce((sum, { count }) => sum + Number(count), 0);
    assert.ok(lines.length < 20, `${lines.length} lines for ${told} refusals`);
    assert.deepEqual(node.errors, []);
  });
});

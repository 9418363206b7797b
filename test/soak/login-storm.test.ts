/** A storm of logins waits in its own queue or is told when to come back; people who talk meanwhile hardly notice. */
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';
import type { ChannelId, Client } from 'conclave/client';
import { TwoProcesses, userIdOf, WORKSPACE } from '../support/two-processes.ts';
import { Pace, type Post } from './support/pace.ts';

const LOGINS = 200;
/** One storm is over after some three hundred messages, of which the 99th percentile is the third worst. */
const STORMS = 3;
const CALM_MS = 8_000;
const PER_SECOND = 30;
/** What nobody may notice while talking; how many times the calm it was is printed. */
const AT_MOST_MS = 1_000;

describe('soak: a storm of logins', function () {
  this.timeout(180_000);
  let nodes: TwoProcesses;
  let speakers: Client[];
  let id: ChannelId;
  before(async () => {
    nodes = await TwoProcesses.start({ environment: { BCRYPT_COST: '12' } });
    const owner = await nodes.person('Olga', nodes.a);
    ({ id } = await nodes.channel(owner));
    speakers = [];
    for (let i = 0; i < 16; i += 1) speakers.push(await nodes.client(`Speaker ${i}`, nodes.a));
    for (const one of speakers)
      await owner.call('member.add', { channelId: id, userId: userIdOf(one) }).accepted();
  });
  after(() => nodes.end());

  interface Answer {
    readonly status: number;
    readonly code: string;
    readonly retryAfter: number | null;
  }

  async function storm(round: number): Promise<readonly Answer[]> {
    const script = new URL('./support/storm-of-logins.mjs', import.meta.url);
    const workerData = { url: nodes.a.url, workspace: WORKSPACE, logins: LOGINS, round };
    const [answers] = (await once(new Worker(script, { workerData, execArgv: [] }), 'message')) as [
      readonly Answer[],
    ];
    return answers;
  }

  function p99(posts: readonly Post[]): number {
    const times = posts.map(({ begun, acked }) => (acked ? acked.at - begun : Infinity));
    return times.sort((a, b) => a - b)[Math.floor(times.length * 0.99)] ?? Infinity;
  }

  it('leaves those who talk alone, and is answered honestly', async () => {
    await new Pace(id, speakers, PER_SECOND, 'warm ').during(2_000);
    const [calmPosts, stormyPosts]: [Post[], Post[]] = [[], []];
    const answers: Answer[] = [];
    for (let round = 0; round < STORMS; round += 1) {
      calmPosts.push(
        ...(await new Pace(id, speakers, PER_SECOND, `calm ${round} `).during(CALM_MS)),
      );
      const pace = new Pace(id, speakers, PER_SECOND, `storm ${round} `).begin();
      answers.push(...(await storm(round)));
      stormyPosts.push(...(await pace.end()));
    }
    const [calm, stormy] = [p99(calmPosts), p99(stormyPosts)];
    const of = (status: number) => answers.filter((answer) => answer.status === status);
    const waits = of(429).map(({ retryAfter }) => retryAfter ?? 0);
    console.log(
      `      ${STORMS} storms of ${LOGINS} logins at once: ${of(401).length} were judged, ${of(429).length} were told to come back after ${Math.min(...waits)} to ${Math.max(...waits)} s; ` +
        `ack p99 of those who talk ${calm.toFixed(1)} ms before, ${stormy.toFixed(1)} ms during (${(stormy / calm).toFixed(2)} times)`,
    );
    assert.equal(of(401).length + of(429).length, STORMS * LOGINS);
    assert.ok(of(401).every(({ code }) => code === 'invalid_credentials'));
    assert.ok(of(429).length > (STORMS * LOGINS) / 2, 'most are told to come back');
    assert.ok(waits.every((seconds) => seconds >= 1));
    assert.ok(stormy <= AT_MOST_MS);
  });
});

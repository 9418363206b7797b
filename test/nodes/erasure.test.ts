/** On a node that held an author's keys nothing of theirs can be read any more, long before the last row is cleared away. */
import assert from 'node:assert/strict';
import { standingOf } from '../privacy/on-nodes.ts';
import { Resident } from '../auth/residents.ts';
import { clientId, TwoNodes } from '../support/two-nodes.ts';

const POSTS = 400;

describe('two nodes and an erasure', function () {
  this.timeout(240_000);
  let nodes: TwoNodes;
  before(async () => {
    nodes = await TwoNodes.create({ environment: { ERASURE_GRACE_DAYS: '0' } });
  });
  after(() => nodes.end());

  it('forget the keys at once, and who asked on one is told by the other', async () => {
    const resident = await Resident.create({ url: nodes.a.url, slug: nodes.slug });
    const ada = await resident.arrives();
    await ada.connect();
    const bob = await nodes.person('Bob', nodes.b);
    const { id: channelId } = await nodes.channel(bob, ada);
    for (let i = 0; i < POSTS; i += 25)
      await Promise.all(
        Array.from({ length: 25 }, () => ada.send(channelId, 'canary', clientId()).accepted()),
      );
    const page = async () => {
      const { messages } = await bob.call('message.history', { channelId, limit: 50 }).accepted();
      return messages.map(({ content }) => content);
    };
    assert.deepEqual(new Set(await page()), new Set(['present']), 'b has the key at hand');
    const { password } = resident;
    const { erasureId } = await ada.call('erasure.request', { password }).accepted();
    let contents = await page();
    const end = performance.now() + 60_000;
    while (contents.includes('present') && performance.now() < end) contents = await page();
    const unreadableAt = Date.now();
    const begun = await standingOf(erasureId);
    assert.ok(!contents.includes('present'));
    assert.ok(contents.includes('unreadable'), 'before the tombstones, by the keys alone');
    assert.equal(begun.state, 'running', 'rows are left');
    const tookMs = unreadableAt - begun.startedAt;
    // A second, on a machine that does nothing else.
    assert.ok(
      tookMs < 15_000,
      `${tookMs} ms after it began, keys after ${begun.keysAt - begun.startedAt}`,
    );
    const isAlarm = (line: string) => line.includes('integrity');
    assert.deepEqual([...nodes.a.logged, ...nodes.b.logged].filter(isAlarm), []);
    ada.leave();
  });
});

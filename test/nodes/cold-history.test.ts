/** A node that has none of the keys yet reads a page of many authors with one look for all of their keys. */
import assert from 'node:assert/strict';
import type { Person } from '../support/person.ts';
import { statementsOf } from '../support/statements.ts';
import { clientId, TwoNodes } from '../support/two-nodes.ts';

describe('history on a node that is new', () => {
  let nodes: TwoNodes;
  before(async () => {
    nodes = await TwoNodes.create();
  });
  after(() => nodes.end());

  it('asks once for the keys of everybody who wrote, and not at all the second time', async () => {
    const authors: Person[] = [];
    for (let i = 0; i < 5; i += 1) authors.push(await nodes.person(`Author ${i}`, nodes.a));
    const reader = await nodes.person('Reader', nodes.b);
    const [owner] = authors as [Person];
    const input = { kind: 'private', name: 'A channel' } as const;
    const { id: channelId } = await owner.call('channel.create', input).accepted();
    for (const { userId } of [...authors.slice(1), reader])
      await owner.call('member.add', { channelId, userId }).accepted();
    for (const [i, author] of authors.entries())
      await author.send(channelId, `of author ${i}`, clientId()).accepted();

    const read = async () => {
      let bodies: (string | null)[] = [];
      const statements = await statementsOf(async () => {
        const { messages } = await reader.call('message.history', { channelId }).accepted();
        bodies = messages.map(({ body }) => body);
      });
      assert.deepEqual(
        bodies,
        authors.map((_, i) => `of author ${i}`),
      );
      return statements.filter((text) => /\bdata_key\b/.test(text)).length;
    };
    assert.deepEqual([await read(), await read()], [1, 0]);
  });
});

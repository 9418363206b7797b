/** One's own message is on the screen once at any moment: before its answer, between answer and log, and after both. */
import assert from 'node:assert/strict';
import type { Client, Message, OutboxEntry } from 'conclave/client';
import { Sending } from '../../../../src/cli/screen/talk/sending.ts';
import { ADA, entryOf, messageOf } from '../made-up.ts';

const CHANNEL = 'channel' as OutboxEntry['channelId'];
const PENDING = { is: 'pending', retryAt: null, refusal: null } as const;

/** An outbox of which the story decides when it answers. */
function outbox() {
  const entries: OutboxEntry[] = [];
  let number = 0;
  const send = (body: string) => {
    number += 1;
    const entry = entryOf(PENDING, { body, clientId: `client-${number}` });
    entries.push(entry);
    return Promise.resolve(entry);
  };
  const client = { outbox: { entries }, channel: () => ({ send }) } as unknown as Client;
  return {
    sending: new Sending({ client, me: ADA, changed: () => undefined }),
    answer: (entry: OutboxEntry, seq: number) => {
      entries.splice(entries.indexOf(entry), 1);
      Object.assign(entry, { state: { is: 'sent', as: { seq } } });
    },
  };
}

const own = (seq: number, body: string) => messageOf({ seq, body, authorId: ADA });

describe('What one has sent', () => {
  const shown = (sending: Sending, messages: readonly Message[]) => [
    ...messages.map(({ body }) => body),
    ...sending.unsentIn(CHANNEL, messages).map(({ body }) => body),
  ];

  it('is there once when the answer comes before the log', async () => {
    const { sending, answer } = outbox();
    const entry = await sending.send(CHANNEL, 'hello', 3);
    assert.deepEqual(shown(sending, []), ['hello']);
    answer(entry, 4);
    assert.deepEqual(shown(sending, []), ['hello']);
    assert.deepEqual(shown(sending, [own(4, 'hello')]), ['hello']);
    assert.deepEqual(shown(sending, [own(4, 'hello'), own(5, 'more')]), ['hello', 'more']);
  });

  it('is there once when the log comes before the answer', async () => {
    const { sending, answer } = outbox();
    const entry = await sending.send(CHANNEL, 'hello', 3);
    assert.deepEqual(shown(sending, [own(4, 'hello')]), ['hello']);
    answer(entry, 4);
    assert.deepEqual(shown(sending, [own(4, 'hello')]), ['hello']);
  });

  it('is there as often as it was said', async () => {
    const { sending } = outbox();
    await sending.send(CHANNEL, 'again', 3);
    await sending.send(CHANNEL, 'again', 3);
    assert.deepEqual(shown(sending, [own(3, 'again')]), ['again', 'again', 'again']);
    assert.deepEqual(shown(sending, [own(4, 'again')]), ['again', 'again']);
    assert.deepEqual(shown(sending, [own(4, 'again'), own(5, 'again')]), ['again', 'again']);
  });

  it('is not mistaken for what somebody else said, or what was said before', async () => {
    const { sending } = outbox();
    await sending.send(CHANNEL, 'hello', 3);
    const others = [own(2, 'hello'), messageOf({ seq: 4, body: 'hello' })];
    assert.deepEqual(shown(sending, others), ['hello', 'hello', 'hello']);
  });
});

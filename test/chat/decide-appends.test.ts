/** A send that has to be sealed again never takes its neighbours with it: they may be committed already. */
import assert from 'node:assert/strict';
import { randomUUID } from 'node:crypto';
import type { Append, AppendVerdict } from '../../src/chat/append-store.ts';
import { decidePatiently } from '../../src/chat/decide-appends.ts';
import type { SendCall } from '../../src/chat/operations/message.send.ts';
import { messageSend } from '../../src/chat/operations/index.ts';
import type { Sealer, SealedPost } from '../../src/chat/sealer.ts';
import type { ChannelId, ClientId, MessageId, UserId } from '../../src/contract/index.ts';
import { Refusal } from '../../src/kernel/index.ts';

const CHANNEL = randomUUID() as ChannelId;

function post(keyEpoch: number): SealedPost {
  const id = randomUUID() as MessageId;
  return { channelId: CHANNEL, id, keyEpoch, bodySealed: Buffer.from(`at ${keyEpoch}`) };
}

function call(keyEpoch: number): SendCall {
  const input = { channelId: CHANNEL, clientId: randomUUID() as ClientId, body: 'text' };
  const caller = { userId: randomUUID() as UserId } as SendCall['caller'];
  return { input, caller, prepared: post(keyEpoch) };
}

/** A channel that is at key epoch 2, whose sealer does as it is told for each author in turn. */
function decide(calls: readonly SendCall[], ...seals: (() => Promise<SealedPost>)[]) {
  const batches: (readonly Append[])[] = [];
  const forgotten: ChannelId[] = [];
  let seq = 0;
  const services = {
    append: (_: unknown, appends: readonly Append[]): Promise<readonly AppendVerdict[]> => {
      batches.push(appends);
      return Promise.resolve(
        appends.map(({ id, keyEpoch }) =>
          keyEpoch === 2
            ? { verdict: 'sent', id, seq: (seq += 1), rev: seq, at: new Date(0) }
            : { verdict: 'stale_key' },
        ),
      );
    },
    mark: () => Promise.reject(new Error('not expected')),
    typing: () => Promise.reject(new Error('not expected')),
    sealer: {
      forgetEpoch: (channelId: ChannelId) => forgotten.push(channelId),
      seal: () => seals.shift()?.() ?? Promise.reject(new Error('not expected')),
    } as unknown as Sealer,
  };
  const { demand } = messageSend.access;
  const decided = decidePatiently(services, calls, demand, new Date(0));
  return { decided, batches, forgotten, services };
}

const codes = (decided: Awaited<ReturnType<typeof decidePatiently>>) =>
  decided.map(({ verdict }) => (verdict instanceof Refusal ? verdict.code : verdict.verdict));

describe('deciding a batch of sends', () => {
  it('seals again, once, what met a newer key epoch, and answers with the new seal', async () => {
    const calls = [call(2), call(1), call(2)];
    const { decided, batches, forgotten } = decide(calls, () => Promise.resolve(post(2)));
    const decisions = await decided;
    assert.deepEqual(codes(decisions), ['sent', 'sent', 'sent']);
    assert.deepEqual([batches.map(({ length }) => length), forgotten], [[3, 1], [CHANNEL]]);
    assert.equal(decisions[1]?.post.id, batches[1]?.[0]?.id);
    assert.deepEqual(
      decisions.map((each) => each.call.input),
      calls.map(({ input }) => input),
    );
  });

  it('asks no second time when nothing is to be sealed again', async () => {
    const { decided, batches } = decide([call(2), call(2)]);
    assert.deepEqual(codes(await decided), ['sent', 'sent']);
    assert.equal(batches.length, 1);
  });

  it('refuses alone whoever may not post any more by then, or whose key is broken', async () => {
    const { decided } = decide(
      [call(2), call(1), call(1), call(1), call(2)],
      () => Promise.reject(new Refusal('not_found')),
      () => Promise.reject(new Error('broken')),
      () => Promise.resolve(post(2)),
    );
    assert.deepEqual(codes(await decided), ['sent', 'not_found', 'internal', 'sent', 'sent']);
  });

  it('says of those alone that the outcome is unknown when the second try is lost', async () => {
    const calls = [call(2), call(1)];
    const { decided, services } = decide(calls, () => {
      services.append = () => Promise.reject(new Refusal('outcome_unknown'));
      return Promise.resolve(post(2));
    });
    assert.deepEqual(codes(await decided), ['sent', 'outcome_unknown']);
  });

  it('leaves whoever met yet another epoch without a yes', async () => {
    const stale = call(1);
    const { decided } = decide([stale], () => Promise.resolve(post(1)));
    assert.deepEqual(codes(await decided), ['stale_key']);
  });
});

/** Bulk deletions as the client has them: told, asked for after a connection was lost, and never further back than they were. */
import assert from 'node:assert/strict';
import type { DeletionProgress } from 'conclave/client';
import { OwnDeletions } from '../../src/client/deletions.ts';
import { Timers } from '../../src/client/timers.ts';
import { turn } from './hand-server.ts';
import { HandTimers } from './support.ts';

const channelId = 'a-channel' as DeletionProgress['channelId'];
const progress = (id: string, deleted: number, finished = false): DeletionProgress => ({
  deletionId: id as DeletionProgress['deletionId'],
  ...{ channelId, deleted, finished },
});

function parts() {
  const timers = new HandTimers();
  const calls: { name: string; resolve: (outcome: unknown) => void }[] = [];
  const call = ((name: string) => new Promise((resolve) => calls.push({ name, resolve }))) as never;
  const state = { online: true };
  const failed = (error: unknown) => assert.fail(String(error));
  const online = () => state.online;
  const deletions = new OwnDeletions({
    ...{ calls: { call }, timers: new Timers(timers.later), online, failed },
  });
  const heard = (one: DeletionProgress) => deletions.heard('moderation.progress', one);
  return { deletions, heard, timers, calls, state };
}

const answer = (...all: DeletionProgress[]) => ({
  ok: true,
  data: {
    deletions: all.map(({ deletionId: id, ...one }) => ({ id, ...one, authorId: 'x', askedAt: 1 })),
  },
});

describe('the client: bulk deletions', () => {
  it('are known as they are told, and asked for after a reconnect while one is under way', async () => {
    const { deletions, heard, calls } = parts();
    deletions.back();
    heard(progress('one', 50));
    heard(progress('two', 7, true));
    assert.deepEqual(deletions.all, [progress('one', 50), progress('two', 7, true)]);
    deletions.back();
    assert.deepEqual(
      calls.map(({ name }) => name),
      ['deletion.list'],
    );
    calls[0]?.resolve(answer(progress('one', 120, true), progress('of another client', 9)));
    await turn();
    assert.deepEqual(deletions.all, [progress('one', 120, true), progress('two', 7, true)]);
    deletions.back();
    assert.equal(calls.length, 1, 'nothing is under way any more');
  });

  it('never go back, whichever of an answer and an event is older', async () => {
    const { deletions, heard, calls } = parts();
    heard(progress('one', 50));
    deletions.back();
    heard(progress('one', 100));
    calls[0]?.resolve(answer(progress('one', 60)));
    await turn();
    assert.deepEqual(deletions.all, [progress('one', 100)]);
    heard(progress('one', 100, true));
    heard(progress('one', 100));
    assert.deepEqual(deletions.all, [progress('one', 100, true)]);
  });

  it('are asked for again when asking was put off, unless the connection is lost meanwhile', async () => {
    const { deletions, heard, timers, calls, state } = parts();
    heard(progress('one', 50));
    const later = {
      ok: false,
      refusal: { code: 'rate_limited', retry: 'later', retryAfterMs: 500 },
    };
    deletions.back();
    calls[0]?.resolve(later);
    await turn();
    timers.forward(500);
    assert.equal(calls.length, 2);
    calls[1]?.resolve(later);
    await turn();
    state.online = false;
    timers.forward(500);
    assert.equal(calls.length, 2);
  });

  it('are taken up where they go on from before, but not what has come to its end meanwhile', async () => {
    const { deletions, heard, calls } = parts();
    const taken = deletions.takeUp();
    heard(progress('three', 9, true));
    calls[0]?.resolve(answer(progress('three', 5), progress('two', 3, true), progress('one', 50)));
    const outcome = await taken;
    assert.ok(outcome.ok);
    assert.deepEqual(
      outcome.data.map(({ id }) => id),
      ['one'],
    );
    assert.deepEqual(deletions.all, [progress('three', 9, true), progress('one', 50)]);
    deletions.back();
    assert.equal(calls.length, 2, 'one is under way');
  });

  it('are told to be out of reach where asking is refused', async () => {
    const { deletions, calls } = parts();
    const taken = deletions.takeUp();
    const refusal = { code: 'rate_limited', retry: 'later', retryAfterMs: 500 };
    calls[0]?.resolve({ ok: false, refusal });
    assert.deepEqual(await taken, { ok: false, refusal });
    assert.deepEqual(deletions.all, []);
  });

  it('are bounded, and nobody else’s matter', () => {
    const { deletions, heard } = parts();
    for (let n = 0; n < 50; n += 1) heard(progress(String(n), n));
    assert.equal(deletions.all.length, 20);
    assert.equal(deletions.all[0]?.deleted, 30);
    deletions.clear();
    assert.deepEqual(deletions.all, []);
  });
});

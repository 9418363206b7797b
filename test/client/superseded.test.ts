/** An answer that comes after its reading was given up changes nothing: not what a log shows, nor what it says it is. */
import assert from 'node:assert/strict';
import { Log } from '../../src/client/channel-log.ts';
import { Timers } from '../../src/client/timers.ts';
import type { Calls } from '../../src/client/calls.ts';
import { ModelServer } from './model-server.ts';
import { bodies, HandTimers } from './support.ts';

/** The server of a story, whose every answer is given by hand. */
class Questions {
  readonly model = new ModelServer();
  readonly #open: ((answered: unknown) => void)[] = [];
  readonly asked: string[] = [];
  readonly #answers: Promise<unknown>[] = [];

  readonly call = ((name: string, input: object) => {
    this.asked.push(name);
    // What the server says is decided when it is asked; when it arrives, the story decides.
    this.#answers.push(
      (this.model.call as (n: string, i: object) => Promise<unknown>)(name, input),
    );
    return new Promise((resolve) => this.#open.push(resolve));
  }) as unknown as Calls['call'];

  /** Lets the answer to the n-th question arrive, the first being 0, and gives it no time to be taken. */
  async answer(n: number, instead?: object): Promise<void> {
    const answered = instead ?? (await this.#answers[n]);
    this.#open[n]?.(answered);
  }

  /** The same, and everything that follows from it. */
  async settle(n: number, instead?: object): Promise<void> {
    await this.answer(n, instead);
    await quiet();
  }
}

const quiet = async () => {
  for (let n = 0; n < 10; n += 1) await new Promise((resolve) => setImmediate(resolve));
};

describe('the client: a reading that was given up', () => {
  let questions: Questions;
  let timers: HandTimers;
  let log: Log;
  beforeEach(() => {
    questions = new Questions();
    timers = new HandTimers();
    log = new Log({
      id: questions.model.channelId,
      calls: { call: questions.call },
      timers: new Timers(timers.later),
      outbox: { entries: [], on: () => () => undefined, add: () => Promise.reject(new Error()) },
      keep: 5,
      me: () => null,
      failed: (error) => assert.fail(String(error)),
      closed: () => undefined,
    });
    questions.model.post();
  });

  /** Subscribed, with the question for the log itself still open. */
  const reading = async () => {
    void log.catchUp();
    await questions.settle(questions.asked.length - 1);
    assert.deepEqual(questions.asked.slice(-2), ['channel.subscribe', 'channel.resume']);
    return questions.asked.length - 1;
  };

  it('shows nothing of an answer that comes after the connection was lost', async () => {
    const open = await reading();
    log.lost();
    await questions.settle(open);
    assert.deepEqual([log.state.is, bodies(log), log.rev], ['loading', [], 0]);
  });

  it('is not live, at whatever moment after the answer the connection is lost', async () => {
    for (let moment = 0; moment < 30; moment += 1) {
      log.lost();
      const open = await reading();
      await questions.answer(open);
      for (let n = 0; n < moment; n += 1) await Promise.resolve();
      const wasLive = log.state.is === 'live';
      log.lost();
      await quiet();
      assert.notEqual(log.state.is, 'live', `lost ${moment} turns after the answer`);
      if (wasLive) return;
    }
    assert.fail('the answer made it live at no moment');
  });

  it('does not undo what a later reading brought, and frames after it', async () => {
    const open = await reading();
    const later = await reading();
    await questions.settle(later);
    questions.model.emit(false);
    questions.model.post();
    questions.model.emit(false);
    for (const frame of questions.model.frames.splice(0)) log.frame(frame);
    const before = [log.state.is, bodies(log), log.rev];
    assert.deepEqual(before, ['live', ['text 1', 'text 2'], 2]);
    await questions.settle(open);
    assert.deepEqual([log.state.is, bodies(log), log.rev], before);
  });

  it('asks no more after a refusal that it would have waited out', async () => {
    const open = await reading();
    const refusal = { code: 'overloaded', retry: 'later', traceId: 't', retryAfterMs: 70 };
    await questions.settle(open, { ok: false, refusal });
    assert.deepEqual(timers.due, [70]);
    log.lost();
    timers.forward(70);
    await quiet();
    assert.equal(questions.asked.length, open + 1);
  });

  it('leaves a log closed that was closed meanwhile', async () => {
    const open = await reading();
    log.close();
    await questions.settle(open);
    assert.deepEqual(log.state, { is: 'closed', because: { code: 'closed' } });
    assert.deepEqual(bodies(log), []);
  });
});

/** The road has one order and two ends: a yes that is committed, or a no that changed nothing and says nothing of the inside. */
import assert from 'node:assert/strict';
import { z } from 'zod';
import {
  execute,
  operationsFor,
  Refusal,
  reply,
  tell,
  turnAway,
  type AnyOperation,
  type Outcome,
} from '../../src/kernel/index.ts';
import { CALL, CANARY, road, USER } from './road.ts';

const BUG = new Error(CANARY);
const bug = () => Promise.reject(BUG);

/** An operation that passes every stage and writes each down. */
function operation(steps: string[], handled?: () => Promise<Outcome<unknown>>): AnyOperation {
  const step = <T>(name: string, value: T) => {
    steps.push(name);
    return value;
  };
  return operationsFor<unknown, unknown>()({
    name: 'thing.do',
    summary: 'Does a thing.',
    on: { socket: true },
    commit: 'own',
    input: z.strictObject({ text: z.string() }).transform((input) => step('validate', input)),
    output: z.strictObject({ done: z.literal(true) }),
    limit: 'state.write',
    audit: {
      record: () => ({ resource: { kind: step('record', 'thing'), id: null } }),
    },
    refuses: ['last_owner'],
    access: {
      describe: 'anyone at all',
      asks: { of: 'nobody' },
      audience: 'signed-in',
      workspace: null,
      resolve: () => Promise.resolve(step('authorize', null)),
    },
    prepare: () => Promise.resolve(step('prepare', 1)),
    handle: () => {
      steps.push('handle');
      const done = { done: true as const };
      const yes = reply(done, tell(USER, 'access.changed', { channelId: USER as never }));
      return (handled?.() ?? Promise.resolve(yes)) as Promise<typeof yes>;
    },
  });
}

const ROAD = [
  ...['admit', 'validate', 'authenticate', 'limit', 'prepare', 'begin', 'authorize', 'handle'],
  ...['record', 'commit', 'publish', 'leave', 'observe ok'],
];

describe('the road', () => {
  it('has one order, from admission to the answer', async () => {
    const { steps, stages, published } = road();
    const answer = await execute(operation(steps), CALL, stages);
    assert.deepEqual(answer, { ok: true, data: { done: true }, limit: stages.told });
    assert.deepEqual(steps, ROAD);
    assert.deepEqual(
      published.map(({ effect }) => effect),
      ['tell'],
    );
  });

  const stops = ['admit', 'authenticate', 'limit', 'begin', 'commit'] as const;
  for (const stage of stops)
    it(`ends at ${stage} when that refuses, with nothing after it and nothing published`, async () => {
      const no = new Refusal('overloaded', { retryAfterMs: 7, detail: ['x'] });
      const { steps, stages, published } = road({ [stage]: no });
      const answer = await execute(operation(steps), CALL, stages);
      assert.ok(!answer.ok);
      assert.deepEqual(answer.error, {
        code: 'overloaded',
        retry: 'later',
        traceId: CALL.traceId,
        detail: ['x'],
        retryAfterMs: 7,
      });
      const walked = ROAD.slice(0, ROAD.indexOf(stage) + 1);
      const left = stage === 'admit' ? [] : ['leave'];
      const undone = ['begin', 'commit'].includes(stage) ? ['rollback'] : [];
      const end = [...undone, 'refused overloaded', ...left, 'observe overloaded'];
      assert.deepEqual(steps, [...walked, ...end]);
      assert.deepEqual(published, []);
      const knowsLimit = ROAD.indexOf('limit') < ROAD.indexOf(stage);
      assert.deepEqual(answer.limit, knowsLimit ? stages.told : undefined);
    });

  it('refuses input of another shape before it asks who is there', async () => {
    const { steps, stages } = road();
    const input = { text: 1, [CANARY]: CANARY };
    const answer = await execute(operation(steps), { ...CALL, input }, stages);
    assert.ok(!answer.ok);
    assert.equal(answer.error.code, 'invalid_input');
    assert.deepEqual(steps, ['admit', 'refused invalid_input', 'leave', 'observe invalid_input']);
    assert.deepEqual(answer.error.detail, [
      { path: 'text', problem: 'invalid_type' },
      { path: '', problem: 'unrecognized_keys', keys: [CANARY] },
    ]);
  });

  it("gives a handler's refusal as it is, and rolls back", async () => {
    const { steps, stages, published } = road();
    const no = () => Promise.reject(new Refusal('last_owner'));
    const answer = await execute(operation(steps, no), CALL, stages);
    assert.ok(!answer.ok);
    assert.equal(answer.error.code, 'last_owner');
    assert.deepEqual(steps.slice(-4), [
      'rollback',
      'refused last_owner',
      'leave',
      'observe last_owner',
    ]);
    assert.deepEqual(published, []);
  });

  for (const stage of ['authenticate', 'limit', 'begin', 'commit', 'handle'] as const)
    it(`takes what breaks at ${stage} for a bug: internal, and not a word of it`, async () => {
      const { steps, stages, causes } = road(stage === 'handle' ? {} : { [stage]: BUG });
      const broken = operation(steps, stage === 'handle' ? bug : undefined);
      const answer = await execute(broken, CALL, stages);
      assert.ok(!answer.ok);
      const { traceId } = CALL;
      assert.deepEqual(answer.error, { code: 'internal', retry: 'later', traceId });
      assert.ok(!JSON.stringify(answer).includes(CANARY));
      assert.ok(causes.some((cause) => cause instanceof Error && cause.message === CANARY));
      assert.deepEqual(steps.slice(-2), ['leave', 'observe internal']);
    });

  for (const shape of [{ done: false }, { done: true, more: CANARY }, null, undefined, CANARY])
    it(`rolls back for a reply like ${JSON.stringify(shape)}, which nobody is shown`, async () => {
      const { steps, stages, published } = road();
      const odd = operation(steps, () => Promise.resolve(reply(shape)));
      const answer = await execute(odd, CALL, stages);
      assert.ok(!answer.ok);
      assert.equal(answer.error.code, 'internal');
      assert.ok(!JSON.stringify(answer).includes(CANARY));
      assert.ok(steps.includes('rollback') && !steps.includes('commit'));
      assert.deepEqual(published, []);
    });

  it('ends a call that could not even be read as it ends any other, with the time since it was taken up', () => {
    const { steps, stages } = road();
    const seen: unknown[] = [];
    const timed = {
      ...stages,
      monotonic: () => 12,
      observe: (observation: unknown) => void seen.push(observation),
    };
    const refusal = new Refusal('payload_too_large');
    const answer = turnAway(operation(steps), CALL, refusal, 5, timed);
    const { traceId } = CALL;
    const error = { code: 'payload_too_large', retry: 'never', traceId };
    assert.deepEqual(answer, { ok: false, error });
    assert.deepEqual(steps, ['refused payload_too_large']);
    const end = { operation: 'thing.do', transport: 'socket', traceId, caller: null };
    assert.deepEqual(seen, [{ ...end, result: 'payload_too_large', milliseconds: 7 }]);
  });

  it('notes what was refused of a call that was accepted as a whole, once it is committed', async () => {
    const { steps, stages, published } = road();
    const partly = {
      ...reply({ done: true }),
      refused: [{ refusal: new Refusal('not_found'), about: null }],
    };
    const answer = await execute(
      operation(steps, () => Promise.resolve(partly)),
      CALL,
      stages,
    );
    assert.deepEqual(answer, { ok: true, data: { done: true }, limit: stages.told });
    const noted = ['commit', 'refused not_found', 'publish', 'leave', 'observe ok'];
    assert.deepEqual(steps.slice(-5), noted);
    assert.deepEqual(published, []);
    const failed = road({ commit: new Refusal('unavailable') });
    const lost = operation(failed.steps, () => Promise.resolve(partly));
    assert.equal((await execute(lost, CALL, failed.stages)).ok, false);
    assert.ok(!failed.steps.includes('refused not_found'), 'what was not committed was not said');
  });

  it('stays a yes when what was committed cannot be published', async () => {
    const { steps, stages } = road({ publish: BUG });
    const answer = await execute(operation(steps), CALL, stages);
    assert.ok(answer.ok);
    assert.deepEqual(steps, ROAD);
  });

  it('records nothing and publishes nothing when the audit row cannot be written', async () => {
    const { steps, stages, published } = road({ record: BUG });
    const answer = await execute(operation(steps), CALL, stages);
    assert.ok(!answer.ok);
    assert.equal(answer.error.code, 'internal');
    assert.ok(steps.includes('rollback'));
    assert.deepEqual(published, []);
  });

  it('lets everybody out again who was let in', async () => {
    const { steps, stages, inside } = road();
    const calls = Array.from({ length: 20 }, (_, i) => {
      const input = i % 3 === 0 ? { text: 1 } : { text: 'x' };
      const way = i % 3 === 1 ? bug : undefined;
      return execute(operation(steps, way), { ...CALL, input }, stages);
    });
    assert.ok(inside() > 0);
    await Promise.all(calls);
    assert.equal(inside(), 0);
  });
});

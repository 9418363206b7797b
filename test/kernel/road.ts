/** A road whose every stage writes down that it was passed, and breaks where a test wants it to. */
import type { SessionId, UserId, WorkspaceId } from '../../src/contract/index.ts';
import type { Actor, Call, Effect, Stages } from '../../src/kernel/index.ts';

/** What must not be seen by who calls. */
export const CANARY = 'canary-from-inside';
export const USER = '01890000-0000-7000-8000-000000000001' as UserId;

const origin = {
  transport: 'socket',
  address: '203.0.113.7',
  userAgent: null,
  connectionId: 'c',
} as const;
export const CALL: Call = {
  input: { text: 'x' },
  credential: { kind: 'none' },
  origin,
  traceId: 'trace-1',
};
const CALLER: Actor = {
  kind: 'actor',
  workspaceId: USER as unknown as WorkspaceId,
  userId: USER,
  sessionId: USER as unknown as SessionId,
  role: 'user',
  origin,
};

type Stop = 'admit' | 'authenticate' | 'limit' | 'begin' | 'record' | 'commit' | 'publish';

/** `breaks` says what a stage throws instead of passing on. */
export function road(breaks: Partial<Record<Stop, Error>> = {}) {
  const steps: string[] = [];
  const published: Effect[] = [];
  const causes: unknown[] = [];
  const told = { bucket: 'state.write', remaining: 1, resetMs: 1 };
  let inside = 0;
  const pass = (stage: Stop): void => {
    steps.push(stage);
    if (breaks[stage]) throw breaks[stage];
  };
  const passLater = async (stage: Stop): Promise<void> => {
    await Promise.resolve();
    pass(stage);
  };
  const stages: Stages & { told: typeof told } = {
    told,
    now: () => new Date(0),
    monotonic: () => 0,
    admit() {
      pass('admit');
      inside += 1;
      return () => {
        inside -= 1;
        steps.push('leave');
      };
    },
    authenticate: () => passLater('authenticate').then(() => CALLER),
    limit: () => passLater('limit').then(() => told),
    domainOf: () => null,
    async transact(_operation, _caller, _traceId, work) {
      try {
        await passLater('begin');
        const done = await work({
          services: null,
          record: () => (breaks.record ? Promise.reject(breaks.record) : Promise.resolve()),
        });
        await passLater('commit');
        return done;
      } catch (error) {
        steps.push('rollback');
        throw error;
      }
    },
    group: () => Promise.reject(new Error('nothing here is grouped')),
    async publish(effects) {
      await passLater('publish');
      published.push(...effects);
    },
    refused(_operation, _call, _caller, refusal) {
      steps.push(`refused ${refusal.code}`);
      causes.push(refusal.cause);
    },
    observe: ({ result }) => void steps.push(`observe ${result}`),
  };
  return { steps, stages, published, causes, inside: () => inside };
}

/** The only road from the network to a handler. Reading order is execution order. */
import type { z } from 'zod';
import { REFUSALS, type LimitOnWire, type RefusalCode, type Reply } from '../contract/index.ts';
import type { Resource } from './audit.ts';
import type { Actor, Caller } from './caller.ts';
import type { AnyGroupedOperation, AnyOperation, AnyOwnOperation } from './operation.ts';
import type { Effect, Outcome, PartlyRefused } from './outcome.ts';
import { Refusal } from './refusal.ts';
import type { Call, Stages } from './stages.ts';

interface Done {
  readonly data: unknown;
  readonly effects: readonly Effect[];
  readonly refused: readonly PartlyRefused[];
}

/** Takes one call down the road. Never throws: every end is a reply with a stable code. */
export async function execute(
  operation: AnyOperation,
  call: Call,
  stages: Stages,
): Promise<Reply<unknown>> {
  const began = stages.monotonic();
  let caller: Caller | null = null;
  let claimed: Resource | null = null;
  let limit: LimitOnWire | undefined;
  let result = 'ok';
  let leave = (): void => undefined;
  try {
    leave = stages.admit(operation);
    const input = validate(operation, call.input);
    claimed = operation.access.about?.(input) ?? null;
    caller = await stages.authenticate(operation, call, input);
    limit = await stages.limit(operation, caller, input);
    const done =
      operation.commit === 'grouped'
        ? await together(operation, call, input, caller, stages)
        : await alone(operation, call, input, caller, stages);
    for (const { refusal, about } of done.refused)
      stages.refused(operation, call, caller, refusal, about);
    await stages.publish(done.effects, call).catch(() => undefined); // after COMMIT nothing turns a yes into a no
    return { ok: true, data: done.data, ...(limit && { limit }) };
  } catch (error) {
    const refusal = asRefusal(error);
    result = refusal.code;
    limit ??= refusal.limit;
    stages.refused(operation, call, caller, refusal, claimed);
    return { ok: false, error: onWire(refusal, call.traceId), ...(limit && { limit }) };
  } finally {
    leave();
    observe(operation, call, caller, result, began, stages);
  }
}

/**
 * Ends a call that could not be read and so never set out, as the road ends one that it refuses. `began` is the
 * monotonic time in milliseconds at which the transport took it up.
 */
export function turnAway(
  operation: AnyOperation,
  call: Call,
  refusal: Refusal,
  began: number,
  stages: Stages,
): Reply<never> {
  stages.refused(operation, call, null, refusal, null);
  observe(operation, call, null, refusal.code, began, stages);
  return { ok: false, error: onWire(refusal, call.traceId) };
}

/** A refusal as the client sees it: code, what to do, trace id, and nothing from inside. */
export function onWire(refusal: Refusal, traceId: string) {
  return {
    code: refusal.code,
    retry: REFUSALS[refusal.code].retry,
    traceId,
    ...(refusal.detail !== undefined && { detail: refusal.detail }),
    ...(refusal.retryAfterMs !== undefined && { retryAfterMs: refusal.retryAfterMs }),
  };
}

function observe(
  { name }: AnyOperation,
  { traceId, origin: { transport } }: Call,
  caller: Caller | null,
  result: string,
  began: number,
  stages: Stages,
): void {
  const milliseconds = stages.monotonic() - began;
  stages.observe({ operation: name, transport, traceId, caller, result, milliseconds });
}

function validate(operation: AnyOperation, raw: unknown): unknown {
  const parsed = (operation.input as z.ZodType).safeParse(raw);
  if (parsed.success) return parsed.data;
  const detail = parsed.error.issues.slice(0, 20).map((issue) => ({
    path: issue.path.map(String).join('.').slice(0, 100),
    problem: issue.code,
    ...(issue.code === 'unrecognized_keys' && {
      keys: issue.keys.slice(0, 10).map((key) => key.slice(0, 50)),
    }),
  }));
  throw new Refusal('invalid_input', { detail });
}

const refuse = (code: RefusalCode, detail?: unknown): never => {
  throw new Refusal(code, { detail });
};

async function alone(
  operation: AnyOwnOperation,
  call: Call,
  input: unknown,
  caller: Caller,
  stages: Stages,
): Promise<Done> {
  const now = stages.now();
  const { traceId } = call;
  const domain = stages.domainOf(operation);
  const preparing = { input, caller, domain, now, traceId, refuse };
  const prepared: unknown = await operation.prepare?.(preparing);
  return stages.transact(operation, caller, traceId, async ({ services, record }) => {
    const subject: unknown = await operation.access.resolve({ input, caller, services });
    const handling = { input, caller, subject, services, prepared, now, refuse };
    const outcome = (await operation.handle(handling)) as Outcome<unknown>;
    const { reply, effects, refused = [] } = outcome;
    const data = checked(operation, reply);
    if ('record' in operation.audit) {
      const facts = operation.audit.record({ input, subject, reply: data });
      if (facts) await record(facts);
    }
    return { data, effects, refused };
  });
}

async function together(
  operation: AnyGroupedOperation,
  call: Call,
  input: unknown,
  caller: Caller,
  stages: Stages,
): Promise<Done> {
  const now = stages.now();
  const domain = stages.domainOf(operation);
  const actor = caller as Actor; // grouped access has only the signed-in audience
  const { traceId } = call;
  const preparing = { input, caller: actor, domain, now, traceId, refuse };
  const prepared: unknown = await operation.prepare(preparing);
  const verdict = await stages.group(operation, { input, caller: actor, prepared });
  if (verdict instanceof Refusal) throw verdict;
  // Committed with its neighbours: a reply of the wrong shape is a bug that can no longer roll anything back.
  const parsed = (operation.output as z.ZodType).safeParse(verdict.reply);
  if (!parsed.success) throw new Refusal('outcome_unknown', { cause: parsed.error });
  return { data: parsed.data, effects: verdict.effects, refused: verdict.refused ?? [] };
}

/** A reply of another shape than declared never leaves: it is a bug, and rolls back. */
function checked(operation: AnyOperation, reply: unknown): unknown {
  return (operation.output as z.ZodType).parse(reply);
}

function asRefusal(error: unknown): Refusal {
  return error instanceof Refusal ? error : new Refusal('internal', { cause: error });
}

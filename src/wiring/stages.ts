/** Fits the parts of the server into the road: every port of the pipeline, from the part that answers for it. */
import type { Lease } from '../access/index.ts';
import type { Audit } from '../audit/index.ts';
import type { Auth } from '../auth/index.ts';
import type { WorkspaceId } from '../contract/index.ts';
import type { Limiter } from '../limits/index.ts';
import {
  Refusal,
  type AnyOperation,
  type Caller,
  type Clock,
  type Module,
  type Observation,
  type Stages,
} from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { groupings } from './groupings.ts';

export interface StagesOptions {
  readonly modules: readonly Module<Tx>[];
  readonly clock: Clock;
  readonly authenticate: Auth['authenticate'];
  readonly limiter: Limiter;
  readonly audit: Audit;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'own' | 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
  readonly publish: Stages['publish'];
  /** Asked before a call is judged, before its transaction commits, and before its answer leaves. */
  readonly lease: Lease;
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** Calls under way at a time; more are refused `overloaded`. */
  readonly callsAdmitted: number;
  readonly observe: (observation: Observation) => void;
  /** Hears of what was thrown and is no refusal: a bug, or the cause of an outage. */
  readonly failed: (error: unknown, traceId: string, operation: string) => void;
}

const NO_WORKSPACE = '00000000-0000-0000-0000-000000000000' as WorkspaceId;

export function stages(options: StagesOptions): Stages {
  const { clock, audit, limiter, transaction, lease } = options;
  const moduleOf = byOperation(options.modules);
  let underWay = 0;
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    admit() {
      if (underWay >= options.callsAdmitted)
        throw new Refusal('overloaded', { retryAfterMs: 1_000 });
      underWay += 1;
      return () => {
        underWay -= 1;
      };
    },
    async authenticate(operation, call, input) {
      await lease.required('unavailable');
      return options.authenticate(operation, call, input);
    },
    limit(operation, caller, input) {
      const known = operation.commit === 'grouped' ? undefined : operation.known;
      const { domain } = moduleOf(operation);
      const one = known?.by({ input, caller, domain, now: clock.now() }) ?? null;
      if (known && one !== null) return limiter.take(known.limit, caller, one);
      const named = operation.limitBy ? operation.limitBy(input) : null;
      return limiter.take(operation.limit, counted(caller), named);
    },
    domainOf: (operation) => moduleOf(operation).domain,
    async transact(operation, caller, traceId, work) {
      if (operation.commit === 'glance') {
        const services = moduleOf(operation).glances?.(caller);
        const glanced = await work({
          services,
          record: () => Promise.reject(recordless(operation)),
        });
        await lease.required('unavailable');
        return glanced;
      }
      const writes = operation.commit === 'own';
      const done = await transaction(caller.workspaceId, operation.commit, async (tx) => {
        const worked = await work({
          services: moduleOf(operation).services(tx, caller),
          record: (facts) => audit.accepted(tx, operation.name, caller, traceId, facts),
        });
        if (writes && !lease.held) throw new Refusal('unavailable');
        return worked;
      });
      await lease.required(writes ? 'outcome_unknown' : 'unavailable');
      return done;
    },
    group: groupings({
      later: options.later,
      monotonic: () => clock.monotonic(),
      async decide(operation, calls, patient) {
        const services = moduleOf(operation).grouped;
        const { demand } = operation.access as { demand: unknown };
        await lease.required('unavailable');
        const batch = { calls, demand, services, now: clock.now(), patient };
        const verdicts = await operation.decide(batch);
        await lease.required('outcome_unknown');
        return verdicts;
      },
    }),
    publish: options.publish,
    refused(operation, call, caller, refusal, claimed) {
      const { origin, traceId } = call;
      if (refusal.cause !== undefined) options.failed(refusal.cause, traceId, operation.name);
      audit.refused({ action: operation.name, caller, origin, traceId }, refusal, claimed);
    },
    observe: options.observe,
  };
}

/** Workspaces that are not there yet are counted as one: each such call would be the first of its own. */
function counted(caller: Caller): Caller {
  const isFounding = caller.kind === 'anonymous' && caller.founding;
  return isFounding ? { ...caller, workspaceId: NO_WORKSPACE } : caller;
}

function recordless({ name }: AnyOperation): Error {
  return new Error(`${name} has no transaction in which it could record anything`);
}

function byOperation(modules: readonly Module<Tx>[]) {
  const owners = new Map<AnyOperation, Module<Tx>>();
  for (const module of modules)
    for (const operation of module.operations) owners.set(operation, module);
  return (operation: AnyOperation): Module<Tx> => {
    const owner = owners.get(operation);
    if (!owner) throw new Error(`${operation.name} belongs to no module`);
    return owner;
  };
}

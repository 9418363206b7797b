/** The audit trail: a row in the transaction of each change, and one of its own for each security-relevant no. */
import type { Vault } from '../crypto/index.ts';
import type {
  AuditFacts,
  Caller,
  Clock,
  Entropy,
  ExportContributor,
  Origin,
  Refusal,
  Resource,
} from '../kernel/index.ts';
import { typeOfAccepted } from './catalogue.ts';
import { auditExports } from './exports.ts';
import { IntegrityLog, type IntegrityOptions } from './integrity.ts';
import { Recorder, type Entry } from './recorder.ts';
import { RefusalLog } from './refusals.ts';
import { Signals, type Signal } from './signals.ts';
import type { Tx } from './store.ts';

export interface AuditOptions extends Partial<Pick<IntegrityOptions, 'alarmed'>> {
  readonly vault: Vault;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly transaction: ConstructorParameters<typeof RefusalLog>[1];
  /** Hears of refusals that could not be written. */
  readonly failed: (error: unknown, lost: number) => void;
  /** Runs a task later; returns how to call it off. */
  readonly later?: (milliseconds: number, task: () => void) => () => void;
  /** Hears of refusals that belong on the trail of no workspace. */
  readonly signalled?: (signal: Signal) => void;
}

interface Refused {
  readonly action: string;
  /** Null where it was refused before anybody knew who asks. */
  readonly caller: Caller | null;
  readonly origin: Origin;
  readonly traceId: string;
}

export interface Audit {
  /** Records an accepted call in its own transaction: no row, no change. */
  accepted(
    tx: Tx,
    action: string,
    caller: Caller,
    traceId: string,
    facts: AuditFacts,
  ): Promise<void>;
  /** Records in the given transaction what is neither an accepted call nor only a refusal. */
  event(tx: Tx, entry: Entry): Promise<void>;
  /** The same of what a job did; gives the row's id, for what refers to it. */
  job(tx: Tx, entry: Entry): Promise<string>;
  /**
   * Takes note of a no and returns at once: on the trail of the caller's workspace, or that of a genuine token, or else
   * as a signal. `claimed` as in RefusalLog.
   */
  refused(refused: Refused, refusal: Refusal, claimed: Resource | null): void;
  /** The same where the door refused, before there was an operation. */
  readonly turnedAway: (refusal: Refusal, origin: Origin, traceId: string) => void;
  readonly refusals: RefusalLog;
  readonly integrity: IntegrityLog;
  /** What this domain gives to an export of somebody's data. */
  readonly exports: readonly ExportContributor[];
  /** Resolves when nothing waits to be written any more. */
  drained(): Promise<void>;
}

export function auditDomain(options: AuditOptions): Audit {
  const { vault, entropy, clock, transaction, failed } = options;
  const recorder = new Recorder(vault, entropy, clock);
  const refusals = new RefusalLog(recorder, transaction, failed);
  const integrity = new IntegrityLog({ alarmed: () => undefined, ...options });
  const { later = () => () => undefined, signalled = () => undefined } = options;
  const signals = new Signals(later, signalled);
  const refused: Audit['refused'] = ({ action, caller, origin, traceId }, refusal, claimed) => {
    const { claims } = refusal;
    const isOfNone = caller?.kind === 'anonymous' && caller.founding;
    if (caller && !isOfNone) refusals.note({ action, caller, traceId }, refusal, claimed);
    else if (claims) refusals.presented(claims, { action, origin, traceId }, refusal);
    else signals.note(action, origin, traceId, refusal);
  };
  return {
    async accepted(tx, action, caller, traceId, facts) {
      const type = typeOfAccepted(action);
      await recorder.record(tx, { action, type, outcome: 'ok', caller, traceId, facts });
    },
    async event(tx, entry) {
      await recorder.record(tx, entry);
    },
    job: (tx, entry) => recorder.record(tx, entry),
    refused,
    turnedAway(refusal, origin, traceId) {
      const action = origin.transport === 'http' ? 'http.request' : 'socket.connect';
      refused({ action, caller: null, origin, traceId }, refusal, null);
    },
    refusals,
    integrity,
    async drained() {
      signals.flush();
      await Promise.all([refusals.drained(), integrity.drained()]);
    },
    exports: auditExports({ vault, transaction }),
  };
}

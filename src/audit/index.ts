/** The audit trail: a row in the transaction of each change, and one of its own for each security-relevant no. */
import type { Vault } from '../crypto/index.ts';
import type { AuditFacts, Caller, Clock, Entropy, ExportContributor } from '../kernel/index.ts';
import { typeOfAccepted } from './catalogue.ts';
import { auditExports } from './exports.ts';
import { Recorder, type Entry } from './recorder.ts';
import { RefusalLog } from './refusals.ts';
import type { Tx } from './store.ts';

export interface AuditOptions {
  readonly vault: Vault;
  readonly entropy: Entropy;
  readonly clock: Clock;
  readonly transaction: ConstructorParameters<typeof RefusalLog>[1];
  /** Hears of refusals that could not be written. */
  readonly failed: (error: unknown, lost: number) => void;
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
  readonly refusals: RefusalLog;
  /** What this domain gives to an export of somebody's data. */
  readonly exports: readonly ExportContributor[];
}

export function auditDomain({ vault, entropy, clock, transaction, failed }: AuditOptions): Audit {
  const recorder = new Recorder(vault, entropy, clock);
  return {
    accepted: (tx, action, caller, traceId, facts) => {
      const type = typeOfAccepted(action);
      return recorder.record(tx, { action, type, outcome: 'ok', caller, traceId, facts });
    },
    event: (tx, entry) => recorder.record(tx, entry),
    exports: auditExports({ vault, transaction }),
    refusals: new RefusalLog(recorder, transaction, failed),
  };
}

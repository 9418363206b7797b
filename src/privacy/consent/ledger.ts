/** What somebody says about a purpose goes into the ledger once, and what is done for it begins or ends with it. */
import {
  ConsentPurpose,
  type ConsentAct,
  type ConsentChoice,
  type ConsentSource,
  type UserId,
  type WorkspaceId,
} from '../../contract/index.ts';
import { maskedAddress, type Consents, type Processings } from '../../kernel/index.ts';
import type { ConsentActs } from './acts.ts';
import type { ConsentStore, Tx } from './consent-store.ts';
import type { Purposes } from './purposes.ts';

export interface Said {
  readonly userId: UserId;
  readonly purpose: ConsentPurpose;
  readonly source: ConsentSource;
  readonly address: string;
  readonly at: Date;
}

/** What came of it: `isNew` is false where it stood like that before, and nothing was written. */
export interface Settled {
  readonly isNew: boolean;
  readonly consented: boolean;
}

export interface ConsentLedger {
  /** Every purpose, with how it stands for that person. */
  choices(userId: UserId): Promise<ConsentChoice[]>;
  /** Null, and nothing is written, where the text has another version. */
  give(said: Said & { readonly version: number }): Promise<Settled | null>;
  /** Before this is committed nothing waits any more that is done for the purpose. */
  withdraw(said: Said): Promise<Settled>;
  /** The newest first, before that one. */
  history(userId: UserId, before: number | null, limit: number): Promise<ConsentAct[]>;
}

export interface LedgerParts {
  readonly tx: Tx;
  readonly workspaceId: WorkspaceId;
  readonly store: ConsentStore;
  readonly acts: ConsentActs;
  readonly consents: Consents;
  readonly purposes: Purposes;
  readonly processings: Processings<Tx>;
}

/** Bound to one transaction. */
export function consentLedger(parts: LedgerParts): ConsentLedger {
  const { tx, workspaceId, store, acts, purposes, processings } = parts;

  /** True if they consent now; what is done for it may have begun before. */
  async function begin<P extends ConsentPurpose>(purpose: P, userId: UserId): Promise<boolean> {
    const consented = await parts.consents.of(purpose, userId);
    if (consented) await processings[purpose].begin(tx, workspaceId, consented);
    return consented !== null;
  }

  return {
    async choices(userId) {
      const rows = await store.latest(userId);
      const said = (await acts.shown(userId, [...rows.values()])).map(outlined);
      return ConsentPurpose.options.map((purpose) => {
        const { title, text, version } = purposes[purpose];
        const latest = said.find((act) => act.purpose === purpose) ?? null;
        const consented = latest?.decision === 'granted' && latest.version === version;
        return { purpose, title, text, version, consented, latest };
      });
    },
    async give(said) {
      const { userId, purpose, version } = said;
      if (version !== purposes[purpose].version) return null;
      await store.hold(userId);
      const latest = (await store.latest(userId)).get(purpose);
      const isNew = latest?.decision !== 'granted' || latest.version !== version;
      if (isNew) await acts.add(userId, { ...said, decision: 'granted' });
      return { isNew, consented: await begin(purpose, userId) };
    },
    async withdraw(said) {
      const { userId, purpose } = said;
      await store.hold(userId);
      const latest = (await store.latest(userId)).get(purpose);
      // What was given to an older text is taken back as well: nothing is left that counts for anything.
      const isNew = latest?.decision === 'granted';
      if (isNew)
        await acts.add(userId, { ...said, version: latest.version, decision: 'withdrawn' });
      await processings[purpose].end(tx, workspaceId, userId);
      return { isNew, consented: false };
    },
    async history(userId, before, limit) {
      return (await acts.shown(userId, await store.page(userId, before, limit))).map(outlined);
    },
  };
}

function outlined({ address, ...act }: ConsentAct): ConsentAct {
  return { ...act, address: address === null ? null : maskedAddress(address) };
}

/** Opens what a legal hold kept from deletion, for a code that one administrator gave out, and on record before it is shown. */
import type { WorkspaceId } from '../../contract/index.ts';
import {
  keyRows,
  open,
  textPlace,
  unlessBroken,
  type Digests,
  type Vault,
} from '../../crypto/index.ts';
import type { AuditFacts, Clock, Entropy } from '../../kernel/index.ts';
import type { PrivacyOptions } from '../ports.ts';
import { openingCodes } from './opening-code.ts';
import {
  openingStore,
  type HeldText,
  type OpenedHold,
  type OpeningStore,
} from './opening-store.ts';
import type { Tx } from './held-text-store.ts';

export interface OpenedText extends Omit<HeldText, 'bodySealed' | 'keyEpoch'> {
  /** Null: what is stored does not open. */
  readonly text: string | null;
}

export interface Opened {
  readonly workspaceId: WorkspaceId;
  readonly hold: OpenedHold;
  /** How many texts there were when the code was spent. */
  readonly count: number;
}

interface Parts {
  readonly vault: Vault;
  readonly transaction: PrivacyOptions<unknown>['transaction'];
  readonly digests: Digests;
  readonly entropy: Pick<Entropy, 'bytes'>;
  readonly clock: Clock;
}

/** Texts that are in memory at a time. */
const PAGE = 200;

export interface HeldTextOpening {
  /**
   * Spends the code: from here on it is good no more, whether or not the texts are read. Null for one that is none, was
   * used, is too old, or is of a hold that was lifted: one answer for all. `onRecord` is of the same transaction.
   */
  readonly spend: (
    code: string,
    onRecord: (tx: Tx, workspaceId: WorkspaceId, facts: AuditFacts) => Promise<void>,
  ) => Promise<Opened | null>;
  /** All of them by channel, message and version, as they were written. */
  readonly texts: (opened: Opened) => AsyncGenerator<OpenedText>;
}

export function heldTextOpening(parts: Parts): HeldTextOpening {
  const { vault, transaction, clock } = parts;
  const codes = openingCodes(parts.digests, parts.entropy);
  const read = <T>(workspaceId: WorkspaceId, work: (store: OpeningStore, tx: Tx) => Promise<T>) =>
    transaction(workspaceId, 'read', (tx) => work(openingStore(tx, workspaceId), tx));

  async function opened(tx: Tx, workspaceId: WorkspaceId, row: HeldText): Promise<OpenedText> {
    const { bodySealed, keyEpoch, ...shown } = row;
    const { channelId, authorId } = row;
    const rows = keyRows(tx, workspaceId);
    const key = await unlessBroken(vault.dataKey(rows, channelId, authorId, keyEpoch));
    const text = key && open(key, bodySealed, textPlace(workspaceId, row));
    return { ...shown, text: text?.toString('utf8') ?? null };
  }

  return {
    async spend(code, onRecord) {
      const shown = codes.read(code);
      if (!shown) return null;
      const { workspaceId, holdId: id } = shown;
      return transaction(workspaceId, 'own', async (tx) => {
        const store = openingStore(tx, workspaceId);
        const hold = await store.spend(id, shown.digests, clock.now());
        if (!hold) return null;
        const count = await store.count(hold);
        await onRecord(tx, workspaceId, {
          resource: { kind: 'hold', id },
          ...(hold.subjectId && { subjectId: hold.subjectId }),
          details: { authorisedBy: hold.authorisedBy, texts: count },
        });
        return { workspaceId, hold, count };
      });
    },
    async *texts({ workspaceId, hold }) {
      for (let after: HeldText | null = null, more = true; more;) {
        const last: HeldText | null = after;
        const [page, texts] = await read(workspaceId, async (store, tx) => {
          const rows = await store.page(hold, last, PAGE);
          await vault.fetchDataKeys(keyRows(tx, workspaceId), rows);
          const all: OpenedText[] = [];
          for (const row of rows) all.push(await opened(tx, workspaceId, row));
          return [rows, all] as const;
        });
        yield* texts;
        after = page.at(-1) ?? null;
        more = page.length === PAGE;
      }
    },
  };
}

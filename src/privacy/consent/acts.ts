/** What somebody said, with whence they said it: sealed under their key, in its own place. */
import type { ConsentAct, UserId, WorkspaceId } from '../../contract/index.ts';
import {
  open,
  unlessBroken,
  type Envelope,
  type KeyRows,
  type Place,
  type Vault,
} from '../../crypto/index.ts';
import type { ConsentRow, ConsentStore } from './consent-store.ts';

export interface ConsentActs {
  /** For who holds the account. */
  add(userId: UserId, act: NewAct): Promise<void>;
  /** With whole addresses; null where the key was destroyed, or does not open one. */
  shown(userId: UserId, rows: readonly ConsentRow[]): Promise<ConsentAct[]>;
}

type NewAct = Omit<ConsentRow, 'seq' | 'addressSealed'> & { readonly address: string };

export interface ActParts {
  readonly workspaceId: WorkspaceId;
  readonly store: Pick<ConsentStore, 'nextSeq' | 'add'>;
  readonly keys: KeyRows;
  readonly vault: Pick<Vault, 'subjectKey'>;
  readonly sealing: Envelope;
}

export function consentActs({ workspaceId, store, keys, vault, sealing }: ActParts): ConsentActs {
  const placeOf = (userId: UserId, seq: number): Place => {
    return ['consent-address', workspaceId, userId, seq];
  };
  return {
    async add(userId, { address, ...act }) {
      const seq = await store.nextSeq(userId);
      const key = await vault.subjectKey(keys, userId);
      const text = Buffer.from(address, 'utf8');
      const addressSealed = key && sealing.seal(key, text, placeOf(userId, seq));
      await store.add(userId, { ...act, seq, addressSealed });
    },
    async shown(userId, rows) {
      const key = await unlessBroken(vault.subjectKey(keys, userId));
      return rows.map(({ addressSealed, at, ...row }) => {
        const opened = key && addressSealed && open(key, addressSealed, placeOf(userId, row.seq));
        return { ...row, at: at.getTime(), address: opened?.toString('utf8') ?? null };
      });
    },
  };
}

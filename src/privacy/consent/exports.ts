/** What this domain gives to an export of somebody's data: all that they agreed to and took back, and whence. */
import { ConsentAct, UserId, type WorkspaceId } from '../../contract/index.ts';
import { envelope, keyRows, type Vault } from '../../crypto/index.ts';
import type { Entropy, ExportContributor } from '../../kernel/index.ts';
import { consentActs } from './acts.ts';
import { consentStore, type Tx } from './consent-store.ts';

export interface ConsentExports {
  readonly vault: Pick<Vault, 'subjectKey'>;
  readonly entropy: Entropy;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
}

const PAGE = 200;

export function consentExports(parts: ConsentExports): readonly ExportContributor[] {
  const { vault, entropy, transaction } = parts;
  const consents: ExportContributor = {
    name: 'consents',
    about: 'What you agreed to and what you took back, the newest first.',
    row: ConsentAct.extend({ userId: UserId }),
    columns: {
      'consent.user_id': 'userId',
      'consent.seq': 'seq',
      'consent.purpose': 'purpose',
      'consent.version': 'version',
      'consent.decision': 'decision',
      'consent.at': 'at',
      'consent.source': 'source',
      'consent.address_sealed': 'address',
    },
    dated: 'at',
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const store = consentStore(tx, workspaceId);
        const keys = keyRows(tx, workspaceId);
        const acts = consentActs({ workspaceId, store, keys, vault, sealing: envelope(entropy) });
        const found = await store.page(userId, cursor && Number(cursor[0]), PAGE);
        const rows = (await acts.shown(userId, found)).map((act) => ({ ...act, userId }));
        const last = found.at(-1);
        return { rows, next: last && found.length === PAGE ? [last.seq] : null };
      }),
  };
  return [consents];
}

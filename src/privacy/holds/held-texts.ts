/** What becomes of texts that a hold kept from deletion: they go for good when it is lifted, or with their author's keys. */
import type { WorkspaceId } from '../../contract/index.ts';
import type { ErasureStep } from '../../kernel/index.ts';
import type { PrivacyOptions } from '../ports.ts';
import { heldTextStore, type Tx } from './held-text-store.ts';

/** Texts of one transaction: what Postgres deletes in a fraction of a second. */
const PIECE = 1_000;
/** Then it makes room for other jobs, and for a node that is to stop. */
const PIECES = 50;

/** The job that lifting a hold asks for; what another one covers stays. */
export function lettingGo({ transaction }: Pick<PrivacyOptions<unknown>, 'transaction'>) {
  return async (workspaceId: WorkspaceId): Promise<void> => {
    for (let n = 1; n <= PIECES; n += 1) {
      const isLast = n === PIECES;
      const gone = await transaction(workspaceId, 'own', async (tx) => {
        const held = heldTextStore(tx, workspaceId);
        const count = await held.letGo(PIECE);
        if (isLast && count === PIECE) await held.enqueue();
        return count;
      });
      if (gone < PIECE) return;
    }
  };
}

export const heldTextErasure: readonly ErasureStep<Tx>[] = [
  {
    name: 'privacy.held-texts',
    phase: 'rows',
    answersFor: ['held_text.author_id', 'held_text.body_sealed'],
    ofChannel: true,
    async run(tx, scope) {
      const count = await heldTextStore(tx, scope.workspaceId).erase(scope);
      return { next: null, counts: count > 0 ? { held_text: count } : {} };
    },
  },
];

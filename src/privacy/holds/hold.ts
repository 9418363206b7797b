/** Legal holds as people see them, and what follows from placing and lifting one. */
import type { LegalHold } from '../../contract/index.ts';
import type { PrivacyServices } from '../services.ts';
import type { HoldRow } from './hold-store.ts';

export async function shownHold(
  { open }: PrivacyServices,
  { id: holdId, subjectId: userId, channelId, reasonSealed, reasonKey, ...row }: HoldRow,
): Promise<LegalHold> {
  const sealed = { sealed: reasonSealed, version: reasonKey };
  const { placedBy, liftedBy } = row;
  return {
    ...{ holdId, userId, channelId, placedBy, liftedBy },
    reason: await open({ kind: 'hold-reason', id: holdId }, sealed),
    from: row.fromAt?.getTime() ?? null,
    to: row.toAt?.getTime() ?? null,
    placedAt: row.placedAt.getTime(),
    liftedAt: row.liftedAt?.getTime() ?? null,
  };
}

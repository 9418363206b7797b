/** Writes down what did not open, each thing once for all nodes, together with its row in the trail. */
import type { WorkspaceId } from '../contract/index.ts';
import { EVENT_TYPES } from './catalogue.ts';
import { addAuditRow, type Tx } from './store.ts';

/** Something that is sealed and did not open. */
export interface Damage {
  readonly workspaceId: WorkspaceId;
  readonly kind: string;
  /** A UUID. */
  readonly id: string;
}

export interface FoundDamage extends Damage {
  /** Digest of what stood there: the same damage is told of once, another one anew. */
  readonly found: Uint8Array;
}

/** Says whether it was new. The row in the trail bears no seal: the key that would seal it may be what is missing. */
export async function addDamage(
  tx: Tx,
  { workspaceId, kind, id: rowId, found }: FoundDamage,
  event: { readonly id: string; readonly at: Date; readonly traceId: string },
): Promise<boolean> {
  const { at } = event;
  const data = { workspaceId, kind, rowId, found: new Uint8Array(found), at };
  const { count } = await tx.integrityAlert.createMany({ data, skipDuplicates: true });
  if (count === 0) return false;
  await addAuditRow(tx, workspaceId, {
    ...event,
    action: 'integrity.check',
    type: 'integrity_failed',
    severity: EVENT_TYPES.integrity_failed,
    outcome: 'unreadable',
    actorId: null,
    subjectId: null,
    resourceKind: kind,
    resourceId: rowId,
    transport: 'server',
    details: {},
    sealedFor: null,
    sealedKey: null,
    personalSealed: null,
  });
  return true;
}

/** Writes audit rows; there is no way to change or remove one. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { AuditDetail } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { EventType, Severity } from './catalogue.ts';

export type { Tx } from '../platform/postgres/index.ts';

export interface AuditRow {
  readonly id: string;
  readonly at: Date;
  readonly action: string;
  readonly type: EventType;
  readonly severity: Severity;
  readonly outcome: string;
  readonly actorId: string | null;
  readonly subjectId: string | null;
  readonly resourceKind: string | null;
  readonly resourceId: string | null;
  readonly traceId: string;
  readonly transport: string;
  readonly details: Readonly<Record<string, AuditDetail>>;
  readonly sealedFor: UserId | null;
  readonly sealedKey: number | null;
  /** Null where nothing personal is known. */
  readonly personalSealed: Uint8Array | null;
}

export async function addAuditRow(tx: Tx, workspaceId: WorkspaceId, row: AuditRow): Promise<void> {
  const personalSealed = row.personalSealed && new Uint8Array(row.personalSealed);
  await tx.auditEvent.createMany({ data: { ...row, workspaceId, personalSealed } });
}

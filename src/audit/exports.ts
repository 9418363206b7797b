/** What this domain gives to an export of somebody's data: what they did, and what others did about them. */
import { z } from 'zod';
import { Timestamp, UserId, type WorkspaceId } from '../contract/index.ts';
import { keyRows, open, unlessBroken, type Vault } from '../crypto/index.ts';
import type { ExportContributor, ExportRow } from '../kernel/index.ts';
import { entriesAbout, entriesBy, type ExportedEntry } from './exports-store.ts';
import type { Tx } from './store.ts';

export interface AuditExports {
  readonly vault: Vault;
  readonly transaction: <T>(
    workspaceId: WorkspaceId,
    mode: 'read',
    work: (tx: Tx) => Promise<T>,
  ) => Promise<T>;
}

/** Of `Recorder`: where somebody came from, and the words that they gave. */
const Personal = z.object({
  address: z.string(),
  userAgent: z.string().nullable(),
  reason: z.string().optional(),
});

const entry = {
  id: z.uuid(),
  at: Timestamp,
  action: z.string(),
  type: z.string(),
  outcome: z.string(),
  resourceKind: z.string().nullable(),
  resourceId: z.uuid().nullable(),
  details: z.unknown(),
};

function shown({
  id,
  at,
  action,
  type,
  outcome,
  resourceKind,
  resourceId,
  details,
}: ExportedEntry) {
  const what = { action, type, outcome, resourceKind, resourceId, details };
  return { id, at: at.getTime(), ...what };
}

export function auditExports({ vault, transaction }: AuditExports): readonly ExportContributor[] {
  const own: ExportContributor = {
    name: 'activity',
    about: 'What the audit trail says that you did, from which address and with what.',
    row: z.strictObject({
      ...entry,
      actor: UserId,
      transport: z.string(),
      address: z.string().nullable(),
      userAgent: z.string().nullable(),
      reason: z.string().nullable(),
    }),
    columns: {
      'audit_event.id': 'id',
      'audit_event.at': 'at',
      'audit_event.action': 'action',
      'audit_event.type': 'type',
      'audit_event.outcome': 'outcome',
      'audit_event.actor_id': 'actor',
      'audit_event.resource_kind': 'resourceKind',
      'audit_event.resource_id': 'resourceId',
      'audit_event.transport': 'transport',
      'audit_event.details': 'details',
      'audit_event.personal_sealed': 'address',
    },
    page: ({ workspaceId, userId }, cursor) =>
      transaction(workspaceId, 'read', async (tx) => {
        const { rows, next } = await entriesBy(tx, { workspaceId, userId }, cursor);
        const key = await unlessBroken(vault.subjectKey(keyRows(tx, workspaceId), userId));
        const told = rows.map((row): ExportRow => {
          const isOwn = row.sealedFor === userId && row.personalSealed !== null;
          const opened =
            isOwn && key && open(key, row.personalSealed, ['audit', workspaceId, row.id]);
          const personal = opened ? Personal.parse(JSON.parse(opened.toString('utf8'))) : null;
          return {
            ...{ ...shown(row), actor: userId, transport: row.transport },
            address: personal?.address ?? null,
            userAgent: personal?.userAgent ?? null,
            reason: personal?.reason ?? null,
          };
        });
        return { rows: told, next };
      }),
  };

  const about: ExportContributor = {
    name: 'activity-about-me',
    about: 'What the audit trail says that others did about you; who they are is theirs.',
    row: z.strictObject({ ...entry, subject: UserId }),
    columns: { 'audit_event.subject_id': 'subject' },
    page: (subject, cursor) =>
      transaction(subject.workspaceId, 'read', async (tx) => {
        const { rows, next } = await entriesAbout(tx, subject, cursor);
        return { rows: rows.map((row) => ({ ...shown(row), subject: subject.userId })), next };
      }),
  };

  return [own, about];
}

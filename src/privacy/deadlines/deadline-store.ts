/** Deadlines as rows: each request has one from the transaction that it was made in, and keeps it for good. */
import type {
  PrivacyRequestId,
  PrivacyRequestKind,
  PrivacyRequestState,
  UserId,
  WorkspaceId,
} from '../../contract/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import { ANSWER_MS, untilReminder } from './deadline.ts';

export interface Deadline {
  readonly id: PrivacyRequestId;
  readonly kind: PrivacyRequestKind;
  readonly subjectId: UserId;
  readonly requestedBy: UserId;
  readonly requestedAt: Date;
  readonly dueAt: Date;
  readonly extendedAt: Date | null;
  readonly extendedBy: UserId | null;
  readonly reasonSealed: Uint8Array | null;
  readonly reasonKey: number | null;
  readonly reminded: number;
  /** Null as long as there is no answer. */
  readonly answeredAt: Date | null;
}

export type Requested = Pick<Deadline, 'id' | 'kind' | 'subjectId' | 'requestedBy' | 'requestedAt'>;

export interface Extension {
  readonly dueAt: Date;
  readonly extendedAt: Date;
  readonly extendedBy: UserId;
  readonly reasonSealed: Uint8Array;
  readonly reasonKey: number;
}

export interface DeadlineStore {
  /** With its first reminder; one that there is stays as it is. */
  open(request: Requested): Promise<void>;
  /** As it is now, unchanged by others until this transaction ends. */
  lock(id: PrivacyRequestId): Promise<Deadline | null>;
  /** In order of id, from the one after `after`; overdue is what has no answer at `now`. */
  page(
    state: PrivacyRequestState | null,
    now: Date,
    after: PrivacyRequestId | null,
    limit: number,
  ): Promise<readonly Deadline[]>;
  /** Those about a person, in order of id. */
  about(
    subjectId: UserId,
    after: PrivacyRequestId | null,
    limit: number,
  ): Promise<readonly Deadline[]>;
  count(now: Date): Promise<{ readonly open: number; readonly overdue: number }>;
  /** Reminders begin anew. */
  extend(id: PrivacyRequestId, extension: Extension): Promise<void>;
  reminded(id: PrivacyRequestId, times: number): Promise<void>;
  /** Whose task it is to answer. */
  admins(): Promise<readonly UserId[]>;
  /** Runs the job after so many milliseconds; the same request is the same job. */
  remindAfter(id: PrivacyRequestId, delayMs: number): Promise<void>;
}

export function deadlineStore(tx: Tx, workspaceId: WorkspaceId): DeadlineStore {
  /** Of those that are wanted, each once. */
  const found = (want: Wanted) => tx.$queryRaw<Deadline[]>`
    SELECT * FROM (
      SELECT d.id, d.kind, d.subject_id AS "subjectId", d.requested_by AS "requestedBy",
        d.requested_at AS "requestedAt", d.due_at AS "dueAt", d.extended_at AS "extendedAt",
        d.extended_by AS "extendedBy", d.reason_sealed AS "reasonSealed", d.reason_key AS "reasonKey", d.reminded,
        request_answered_at(d.workspace_id, d.id, d.kind, d.subject_id) AS "answeredAt"
      FROM request_deadline d
      WHERE d.workspace_id = ${workspaceId}::uuid
        AND (${want.id ?? null}::uuid IS NULL OR d.id = ${want.id ?? null}::uuid)
        AND (${want.subjectId ?? null}::uuid IS NULL OR d.subject_id = ${want.subjectId ?? null}::uuid)
        AND (${want.after ?? null}::uuid IS NULL OR d.id > ${want.after ?? null}::uuid)) AS request
    WHERE CASE ${want.state ?? null}
        WHEN 'done' THEN "answeredAt" IS NOT NULL
        WHEN 'open' THEN "answeredAt" IS NULL AND "dueAt" > ${want.now ?? null}::timestamptz
        WHEN 'overdue' THEN "answeredAt" IS NULL AND "dueAt" <= ${want.now ?? null}::timestamptz
        ELSE true END
    ORDER BY id LIMIT ${want.limit}`;
  const remindAfter: DeadlineStore['remindAfter'] = async (requestId, delayMs) => {
    await tx.$executeRaw`SELECT enqueue_job('privacy.remind', ${JSON.stringify({ requestId })}::jsonb,
      ${Math.max(0, Math.ceil(delayMs))}::bigint, ${requestId})`;
  };
  return {
    async open(request) {
      const dueAt = new Date(request.requestedAt.getTime() + ANSWER_MS);
      const data = { workspaceId, ...request, dueAt };
      const { count } = await tx.requestDeadline.createMany({ data, skipDuplicates: true });
      const delay = untilReminder(dueAt, request.requestedAt);
      if (count === 1 && delay !== null) await remindAfter(request.id, delay);
    },
    async lock(id) {
      await tx.$executeRaw`SELECT FROM request_deadline
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`;
      const [row] = await found({ id, limit: 1 });
      return row ?? null;
    },
    page: (state, now, after, limit) => found({ state, now, after, limit }),
    about: (subjectId, after, limit) => found({ subjectId, after, limit }),
    async count(now) {
      const [row] = await tx.$queryRaw<{ open: number; overdue: number }[]>`
        SELECT count(*) FILTER (WHERE due_at > ${now}::timestamptz)::int AS open,
          count(*) FILTER (WHERE due_at <= ${now}::timestamptz)::int AS overdue
        FROM request_deadline WHERE workspace_id = ${workspaceId}::uuid
          AND request_answered_at(workspace_id, id, kind, subject_id) IS NULL`;
      return row ?? { open: 0, overdue: 0 };
    },
    async extend(id, { reasonSealed, ...extension }) {
      const data = { ...extension, reasonSealed: new Uint8Array(reasonSealed), reminded: 0 };
      await tx.requestDeadline.updateMany({ where: { workspaceId, id }, data });
    },
    async reminded(id, reminded) {
      await tx.requestDeadline.updateMany({ where: { workspaceId, id }, data: { reminded } });
    },
    async admins() {
      const where = { workspaceId, role: 'admin', status: 'active' };
      const rows = await tx.account.findMany({
        where,
        select: { id: true },
        orderBy: { id: 'asc' },
      });
      return rows.map(({ id }) => id as UserId);
    },
    remindAfter,
  };
}

interface Wanted {
  readonly id?: PrivacyRequestId;
  readonly subjectId?: UserId;
  readonly state?: PrivacyRequestState | null;
  readonly now?: Date;
  readonly after?: PrivacyRequestId | null;
  readonly limit: number;
}

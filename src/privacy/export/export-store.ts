/** Exports and their parts as rows: a step counts only for who finds it as they left it. */
import type {
  ExportId,
  ExportState,
  PrivacyRequestId,
  SessionId,
  UserId,
  WorkspaceId,
} from '../../contract/index.ts';
import type { ExportCursor, ExportExtent } from '../../kernel/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import { deadlineStore } from '../deadlines/deadline-store.ts';
import type { Round } from './again.ts';

/** Where the job is: which contributor is asked next, from where on, and how many files it has. */
export interface Progress {
  readonly contributor: number;
  readonly cursor: ExportCursor | null;
  readonly files: number;
  /** Once all is collected. */
  readonly settling?: Round;
}

export interface ExportRecord {
  readonly id: ExportId;
  readonly subjectId: UserId;
  readonly requestedBy: UserId;
  readonly requestedAt: Date;
  readonly reasonSealed: Uint8Array | null;
  readonly state: ExportState;
  readonly step: number;
  readonly progress: Progress;
  readonly rows: number;
  readonly keySealed: Uint8Array;
  readonly finishedAt: Date | null;
  readonly expiresAt: Date;
  readonly endedAt: Date | null;
}

export interface PartRecord {
  readonly id: string;
  readonly file: string;
  readonly contributor: string | null;
  readonly rows: number;
  readonly bytes: number;
  readonly digest: Uint8Array;
  readonly months: Readonly<Record<string, number>>;
  /** Null where its contributor did not say, or would have had to say too much. */
  readonly extent: ExportExtent | null;
  readonly settled: boolean;
}

export type Change = Partial<
  Pick<ExportRecord, 'state' | 'progress' | 'rows' | 'finishedAt' | 'expiresAt'>
>;

export interface LinkRecord {
  readonly digest: Uint8Array;
  readonly session: SessionId;
  readonly expiresAt: Date;
}

export interface ExportStore {
  /** False where the same person has one of the same subject under way. */
  add(
    record: Omit<ExportRecord, 'state' | 'step' | 'progress' | 'rows' | 'finishedAt' | 'endedAt'>,
  ): Promise<boolean>;
  find(id: ExportId): Promise<ExportRecord | null>;
  /** The one under way that this person asked for about that subject. */
  underWay(subjectId: UserId, requestedBy: UserId): Promise<ExportRecord | null>;
  /** When this person asked for exports since then: the newest of them, the eldest first. */
  requestTimes(requestedBy: UserId, since: Date, limit: number): Promise<readonly Date[]>;
  /** Those about a person, and of others those that they asked for where they may; the newest first. */
  list(
    userId: UserId,
    mayOthers: boolean,
    before: ExportId | null,
    limit: number,
  ): Promise<readonly ExportRecord[]>;
  /** Of all that are about a subject, from the first on. */
  about(subjectId: UserId, after: string | null, limit: number): Promise<readonly ExportRecord[]>;
  /** False, and nothing changed, where somebody took the step before or ended it. */
  advance(from: ExportRecord, to: Change, at: Date): Promise<boolean>;
  /** Whatever step it is at; false where it is over. */
  cancel(id: ExportId, at: Date): Promise<boolean>;
  setLink(id: ExportId, link: LinkRecord): Promise<void>;
  /** Uses up a link: true once, for its session and before its time is over. */
  takeLink(
    id: ExportId,
    digests: readonly Uint8Array[],
    session: SessionId,
    at: Date,
  ): Promise<boolean>;
  addParts(id: ExportId, parts: readonly PartRecord[]): Promise<void>;
  /** In the order of their names in the archive. */
  parts(id: ExportId): Promise<readonly PartRecord[]>;
  /** The first of those that were not held against the rights yet. */
  unsettled(id: ExportId): Promise<readonly PartRecord[]>;
  settle(id: ExportId, parts: readonly PartRecord[]): Promise<void>;
  /** All parts of these contributors are to be held against the rights once more. */
  unsettle(id: ExportId, contributors: readonly string[]): Promise<void>;
  removeEach(id: ExportId, parts: readonly PartRecord[]): Promise<void>;
  removeParts(id: ExportId): Promise<void>;
  /** Runs the task once this transaction is committed, after so many milliseconds. */
  enqueue(
    task: 'privacy.export' | 'privacy.export-end',
    id: ExportId,
    delayMs?: number,
  ): Promise<void>;
}

/** Parts that are settled in one step at most. */
const SETTLED = 50;
const OVER: readonly ExportState[] = ['cancelled', 'failed', 'expired'];

export function exportStore(tx: Tx, workspaceId: WorkspaceId): ExportStore {
  const bytes = (value: Uint8Array) => new Uint8Array(value);
  const fromRaw = (row: object | null) =>
    row && ({ ...row, rows: Number((row as { rows: bigint }).rows) } as unknown as ExportRecord);
  const all = (rows: readonly object[]) => rows.map(fromRaw) as ExportRecord[];
  return {
    async add({ reasonSealed, keySealed, ...record }) {
      const data = {
        ...{ ...record, workspaceId, reasonSealed: reasonSealed && bytes(reasonSealed) },
        ...{ keySealed: bytes(keySealed), progress: { contributor: 0, cursor: null, files: 0 } },
      };
      const { count } = await tx.dataExport.createMany({ data: [data], skipDuplicates: true });
      const { subjectId, requestedBy, requestedAt } = record;
      const id = record.id as string as PrivacyRequestId;
      const request = { id, kind: 'export', subjectId, requestedBy, requestedAt } as const;
      if (count === 1) await deadlineStore(tx, workspaceId).open(request);
      return count === 1;
    },
    find: async (id) => fromRaw(await tx.dataExport.findFirst({ where: { id } })),
    async underWay(subjectId, requestedBy) {
      const where = { subjectId, requestedBy, state: { in: ['collecting', 'settling'] } };
      return fromRaw(await tx.dataExport.findFirst({ where }));
    },
    async requestTimes(requestedBy, since, limit) {
      const rows = await tx.dataExport.findMany({
        where: { requestedBy, requestedAt: { gt: since } },
        orderBy: { id: 'desc' },
        take: limit,
        select: { requestedAt: true },
      });
      return rows.map(({ requestedAt }) => requestedAt).reverse();
    },
    async list(userId, mayOthers, before, limit) {
      const rows = await tx.dataExport.findMany({
        where: {
          OR: [{ subjectId: userId }, ...(mayOthers ? [{ requestedBy: userId }] : [])],
          ...(before !== null && { id: { lt: before } }),
        },
        orderBy: { id: 'desc' },
        take: limit,
      });
      return all(rows);
    },
    async about(subjectId, after, limit) {
      const where = { subjectId, ...(after !== null && { id: { gt: after } }) };
      return all(await tx.dataExport.findMany({ where, orderBy: { id: 'asc' }, take: limit }));
    },
    async advance({ id, step, state }, { progress, ...to }, at) {
      const { count } = await tx.dataExport.updateMany({
        where: { id, step, state },
        data: {
          ...{ ...to, step: step + 1 },
          ...(progress && { progress: stored(progress) }),
          ...(to.state && OVER.includes(to.state) && { endedAt: at, ...NO_LINK }),
        },
      });
      return count === 1;
    },
    async cancel(id, endedAt) {
      const { count } = await tx.dataExport.updateMany({
        where: { id, state: { in: ['collecting', 'settling', 'ready'] } },
        data: { state: 'cancelled', endedAt, step: { increment: 1 }, ...NO_LINK },
      });
      return count === 1;
    },
    async setLink(id, { digest, session, expiresAt }) {
      await tx.dataExport.updateMany({
        where: { id },
        data: { linkDigest: bytes(digest), linkSession: session, linkExpiresAt: expiresAt },
      });
    },
    async takeLink(id, digests, session, at) {
      const { count } = await tx.dataExport.updateMany({
        where: {
          ...{ id, state: 'ready', linkSession: session, linkDigest: { in: digests.map(bytes) } },
          ...{ linkExpiresAt: { gt: at }, expiresAt: { gt: at } },
        },
        data: NO_LINK,
      });
      return count === 1;
    },
    async addParts(exportId, parts) {
      const data = parts.map(({ extent, ...part }) => ({
        ...{ ...part, workspaceId, exportId, digest: bytes(part.digest) },
        ...(extent && { extent }),
      }));
      await tx.dataExportPart.createMany({ data });
    },
    async parts(exportId) {
      const rows = await tx.dataExportPart.findMany({
        where: { exportId },
        orderBy: { file: 'asc' },
      });
      return rows as unknown as PartRecord[];
    },
    async unsettled(exportId) {
      const rows = await tx.dataExportPart.findMany({
        where: { exportId, settled: false },
        orderBy: { file: 'asc' },
        take: SETTLED,
      });
      return rows as unknown as PartRecord[];
    },
    async settle(exportId, parts) {
      const where = { exportId, id: { in: parts.map(({ id }) => id) } };
      if (parts.length > 0) await tx.dataExportPart.updateMany({ where, data: { settled: true } });
    },
    async unsettle(exportId, contributors) {
      const where = { exportId, contributor: { in: [...contributors] } };
      await tx.dataExportPart.updateMany({ where, data: { settled: false } });
    },
    async removeEach(exportId, parts) {
      const where = { exportId, id: { in: parts.map(({ id }) => id) } };
      if (parts.length > 0) await tx.dataExportPart.deleteMany({ where });
    },
    async removeParts(exportId) {
      await tx.dataExportPart.deleteMany({ where: { exportId } });
    },
    async enqueue(task, id, delayMs = 0) {
      await tx.$executeRaw`SELECT enqueue_job(${task}, ${JSON.stringify({ exportId: id })}::jsonb,
        ${Math.max(0, Math.ceil(delayMs))}::bigint, ${id})`;
    },
  };
}

/** As JSON that Prisma takes. */
function stored({ settling, cursor, ...progress }: Progress) {
  return {
    ...progress,
    cursor: cursor && [...cursor],
    ...(settling && { settling: { ...settling } }),
  };
}

const NO_LINK = { linkDigest: null, linkSession: null, linkExpiresAt: null } as const;

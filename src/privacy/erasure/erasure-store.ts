/** Erasures as rows: who asked for what, how far it is, and what became of it; none is ever removed. */
import type {
  ChannelId,
  ErasureId,
  ErasureReceipt,
  ErasureState,
  PrivacyRequestId,
  UserId,
  WorkspaceId,
} from '../../contract/index.ts';
import type { ErasureCursor } from '../../kernel/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import { deadlineStore } from '../deadlines/deadline-store.ts';
import type { Kept } from '../holds/hold-store.ts';

export type { Tx };

export interface ErasureRow {
  readonly id: ErasureId;
  readonly subjectId: UserId;
  readonly channelId: ChannelId | null;
  readonly requestedBy: UserId;
  readonly requestedAt: Date;
  readonly dueAt: Date;
  readonly state: ErasureState;
  readonly startedAt: Date | null;
  readonly keysAt: Date | null;
  /** Of a channel: the last epoch whose keys go; null until the first of them went. */
  readonly keyEpoch: number | null;
  readonly endedAt: Date | null;
  readonly cancelledBy: UserId | null;
  readonly step: string | null;
  readonly cursor: ErasureCursor | null;
  readonly counts: Readonly<Record<string, number>>;
  readonly ledgerSeq: number | null;
  readonly receipt: ErasureReceipt | null;
}

export type NewErasure = Pick<
  ErasureRow,
  'id' | 'subjectId' | 'channelId' | 'requestedBy' | 'requestedAt' | 'dueAt'
> & { readonly originSealed: Uint8Array; readonly originKey: number } & {
  /** Of the token that its receipt is fetched with. */
  readonly receiptDigest?: Uint8Array | null;
};

export type ErasureChange = Partial<Omit<ErasureRow, keyof NewErasure>>;

export interface ErasureStore {
  /** False, and nothing stored, where there is an open one of the same person and channel. */
  add(erasure: NewErasure): Promise<boolean>;
  find(id: ErasureId): Promise<ErasureRow | null>;
  /** As it is now, unchanged by others until this transaction ends. */
  lock(id: ErasureId): Promise<ErasureRow | null>;
  /** The open one of the person and the channel, or of all of them (null). */
  open(subjectId: UserId, channelId: ChannelId | null): Promise<ErasureRow | null>;
  /** Those of a person or asked for by them, in order of id, from the one after `after`. */
  concerning(userId: UserId, after: string | null, limit: number): Promise<readonly ErasureRow[]>;
  /** The one whose receipt is fetched with the token of one of these digests. */
  byReceipt(digests: readonly Uint8Array[]): Promise<ErasureRow | null>;
  /** Those that a hold keeps. */
  held(): Promise<readonly ErasureRow[]>;
  change(erasure: ErasureRow, change: ErasureChange): Promise<ErasureRow>;
  /** Of what holds keep in channels, what there still is of the person; with `channelId`, of that one. */
  keptOf(
    subjectId: UserId,
    channelId: ChannelId | null,
    kept: Kept['channels'],
  ): Promise<Kept['channels']>;
  /** Whether keys of the person are there, of what they wrote in the channel. */
  wroteIn(subjectId: UserId, channelId: ChannelId): Promise<boolean>;
  /** Whether the workspace, and the account and channel, are there at all: a restored database may be older than each. */
  knows(subjectId: UserId, channelId: ChannelId | null): Promise<'both' | 'workspace' | 'neither'>;
  /** The epoch under which is written in the channel, which is held. */
  keyEpoch(channelId: ChannelId): Promise<number>;
  /** Runs the job after so many milliseconds, once the transaction is committed; the same erasure is the same job. */
  enqueue(id: ErasureId, delayMs: number): Promise<void>;
}

const OPEN: ErasureState[] = ['waiting', 'held', 'running'];
const NOT_SHOWN = {
  ...{ originSealed: true, originKey: true },
  ...{ workspaceId: true, receiptDigest: true },
} as const;

export function erasureStore(tx: Tx, workspaceId: WorkspaceId): ErasureStore {
  const find = async (where: object): Promise<ErasureRow | null> => {
    const row = await tx.erasure.findFirst({ where: { workspaceId, ...where }, omit: NOT_SHOWN });
    return row && fromRaw(row);
  };
  return {
    async add({ originSealed, receiptDigest = null, ...erasure }) {
      const sealed = { originSealed: new Uint8Array(originSealed) };
      const digest = { receiptDigest: receiptDigest && new Uint8Array(receiptDigest) };
      const data = { workspaceId, ...erasure, ...sealed, ...digest };
      const { count } = await tx.erasure.createMany({ data, skipDuplicates: true });
      const { subjectId, requestedBy, requestedAt } = erasure;
      const id = erasure.id as string as PrivacyRequestId;
      const request = { id, kind: 'erasure', subjectId, requestedBy, requestedAt } as const;
      if (count === 1) await deadlineStore(tx, workspaceId).open(request);
      return count === 1;
    },
    find: (id) => find({ id }),
    async lock(id) {
      await tx.$executeRaw`SELECT FROM erasure
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`;
      return find({ id });
    },
    open: (subjectId, channelId) => find({ subjectId, channelId, state: { in: OPEN } }),
    async concerning(userId, after, take) {
      const rows = await tx.erasure.findMany({
        where: {
          ...{ workspaceId, OR: [{ subjectId: userId }, { requestedBy: userId }] },
          ...(after !== null && { id: { gt: after } }),
        },
        orderBy: { id: 'asc' },
        ...{ take, omit: NOT_SHOWN },
      });
      return rows.map(fromRaw);
    },
    async byReceipt(digests) {
      const receiptDigest = { in: digests.map((digest) => new Uint8Array(digest)) };
      return find({ receiptDigest });
    },
    async held() {
      const rows = await tx.erasure.findMany({
        where: { workspaceId, state: 'held' },
        omit: NOT_SHOWN,
      });
      return rows.map(fromRaw);
    },
    async change(erasure, { ledgerSeq, cursor, counts, receipt, ...change }) {
      const places = ledgerSeq === undefined || ledgerSeq === null ? {} : { seq: ledgerSeq };
      await tx.erasure.updateMany({
        where: { workspaceId, id: erasure.id },
        data: {
          ...change,
          ...('seq' in places && { ledgerSeq: BigInt(places.seq) }),
          ...(counts && { counts }),
          ...(receipt && { receipt }),
        },
      });
      // SQL's NULL, which a Json column of Prisma's has another word for.
      if (cursor !== undefined)
        await tx.$executeRaw`UPDATE erasure SET cursor = ${cursor && JSON.stringify(cursor)}::jsonb
          WHERE workspace_id = ${workspaceId}::uuid AND id = ${erasure.id}::uuid`;
      const changed = await find({ id: erasure.id });
      if (!changed) throw new Error('an erasure that was held is gone');
      return changed;
    },
    async keptOf(authorId, channelId, kept) {
      const inChannel = channelId ?? { in: [...kept.keys()] };
      const keys = await tx.dataKey.findMany({
        where: { workspaceId, authorId, channelId: inChannel },
        distinct: ['channelId'],
        select: { channelId: true },
      });
      const left = new Set<string>(keys.map((key) => key.channelId));
      return new Map([...kept].filter(([id]) => left.has(id)));
    },
    async wroteIn(authorId, channelId) {
      return (await tx.dataKey.count({ where: { workspaceId, authorId, channelId } })) > 0;
    },
    async knows(subjectId, channelId) {
      const account = await tx.account.count({ where: { workspaceId, id: subjectId } });
      const place =
        channelId === null || (await tx.channel.count({ where: { workspaceId, id: channelId } }));
      if (account && place) return 'both';
      return (await tx.workspace.count({ where: { id: workspaceId } })) > 0
        ? 'workspace'
        : 'neither';
    },
    async keyEpoch(channelId) {
      const [channel] = await tx.$queryRaw<
        { epoch: number }[]
      >`SELECT key_epoch AS epoch FROM channel
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${channelId}::uuid FOR UPDATE`;
      if (!channel) throw new Error('a channel that an erasure names is gone');
      return channel.epoch;
    },
    async enqueue(erasureId, delayMs) {
      await tx.$executeRaw`SELECT enqueue_job('privacy.erase', ${JSON.stringify({ erasureId })}::jsonb,
        ${Math.max(0, Math.ceil(delayMs))}::bigint, ${erasureId})`;
    },
  };
}

/** The table's CHECKs allow nothing else. */
function fromRaw(row: Omit<Raw, keyof typeof NOT_SHOWN>): ErasureRow {
  const ledgerSeq = row.ledgerSeq === null ? null : Number(row.ledgerSeq);
  return { ...row, ledgerSeq } as unknown as ErasureRow;
}

type Raw = Awaited<ReturnType<Tx['erasure']['findFirstOrThrow']>>;

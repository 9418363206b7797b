/** Legal holds as rows: placed by one person, lifted by another, and never removed. */
import type { ChannelId, HoldId, UserId, WorkspaceId } from '../../contract/index.ts';
import type { HoldInForce, Stretch } from '../../kernel/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';

export interface HoldRow {
  readonly id: HoldId;
  readonly subjectId: UserId | null;
  readonly channelId: ChannelId | null;
  readonly fromAt: Date | null;
  readonly toAt: Date | null;
  readonly reasonSealed: Uint8Array;
  readonly reasonKey: number;
  readonly placedBy: UserId;
  readonly placedAt: Date;
  readonly liftedBy: UserId | null;
  readonly liftedAt: Date | null;
}

/** What holds keep of somebody: everything, or what they wrote in some channels. */
export interface Kept {
  readonly person: boolean;
  readonly channels: ReadonlyMap<ChannelId, 'all' | readonly Stretch[]>;
}

export interface HoldStore {
  add(hold: Omit<HoldRow, 'liftedBy' | 'liftedAt'>): Promise<void>;
  /** Whether there are this account, not erased, and this channel, where they are named. */
  canBeAbout(subjectId: UserId | null, channelId: ChannelId | null): Promise<boolean>;
  /** As it is now, unchanged by others until this transaction ends. */
  lock(id: HoldId): Promise<HoldRow | null>;
  lift(id: HoldId, by: UserId, at: Date): Promise<void>;
  /** In the order in which they were placed, from the one after `after`. */
  page(after: HoldId | null, limit: number): Promise<readonly HoldRow[]>;
  /**
   * What holds in force keep of the person. Whoever places a hold waits until this transaction has ended, or has
   * been waited for: what is decided on the answer is still so at the commit.
   */
  keeping(subjectId: UserId): Promise<Kept>;
  /**
   * All that are in force. With `deciding` the same holds as for `keeping`; without, this is only to look at them, and
   * nobody waits.
   */
  inForce(deciding: boolean): Promise<readonly HoldInForce[]>;
  /** Waits until no transaction is deciding on what holds keep, and makes later ones wait for this one. */
  exclude(): Promise<void>;
}

/** Any number that no other user of the database locks; the second half is the workspace. */
const HOLDS = 4_711_031;

export function holdStore(tx: Tx, workspaceId: WorkspaceId): HoldStore {
  const where = { workspaceId };
  /** Until the transaction ends; any number of them may at the same time. */
  const decide = () =>
    tx.$executeRaw`SELECT pg_advisory_xact_lock_shared(${HOLDS}::int, hashtext(${workspaceId}))`;
  return {
    async add({ reasonSealed, ...hold }) {
      const data = { ...where, ...hold, reasonSealed: new Uint8Array(reasonSealed) };
      await tx.legalHold.createMany({ data });
    },
    async canBeAbout(subjectId, channelId) {
      const person = { ...where, id: subjectId ?? '', status: { not: 'erased' } };
      if (subjectId !== null && (await tx.account.count({ where: person })) === 0) return false;
      if (channelId === null) return true;
      return (await tx.channel.count({ where: { ...where, id: channelId } })) > 0;
    },
    async lock(id) {
      await tx.$executeRaw`SELECT FROM legal_hold
        WHERE workspace_id = ${workspaceId}::uuid AND id = ${id}::uuid FOR UPDATE`;
      return (await tx.legalHold.findFirst({ where: { ...where, id } })) as HoldRow | null;
    },
    async lift(id, liftedBy, liftedAt) {
      const data = { liftedBy, liftedAt };
      await tx.legalHold.updateMany({ where: { ...where, id, liftedAt: null }, data });
    },
    async page(after, limit) {
      const rows: unknown = await tx.legalHold.findMany({
        where: { ...where, ...(after !== null && { id: { gt: after } }) },
        orderBy: { id: 'asc' },
        take: limit,
      });
      return rows as readonly HoldRow[];
    },
    async keeping(subjectId) {
      await decide();
      const rows = (await tx.legalHold.findMany({
        where: { ...where, liftedAt: null, OR: [{ subjectId }, { subjectId: null }] },
      })) as unknown as HoldRow[];
      const channels = new Map<ChannelId, 'all' | Stretch[]>();
      for (const { channelId, fromAt: from, toAt: to } of rows) {
        if (channelId === null) continue;
        const known = channels.get(channelId) ?? [];
        if (known === 'all' || (from === null && to === null)) channels.set(channelId, 'all');
        else channels.set(channelId, [...known, { from, to }]);
      }
      return { person: rows.some(({ channelId }) => channelId === null), channels };
    },
    async inForce(deciding) {
      if (deciding) await decide();
      const rows = (await tx.legalHold.findMany({
        where: { ...where, liftedAt: null },
      })) as unknown as HoldRow[];
      return rows.map(({ subjectId: userId, channelId, fromAt: from, toAt: to }) => {
        return { userId, channelId, from, to };
      });
    },
    async exclude() {
      await tx.$executeRaw`SELECT pg_advisory_xact_lock(${HOLDS}::int, hashtext(${workspaceId}))`;
    },
  };
}

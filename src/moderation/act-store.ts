/** Acts of moderation as rows: each is kept for good, and of what holds somebody only its end is added. */
import type {
  ActId,
  ActKind,
  ChannelId,
  MessageId,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface ActRow {
  readonly id: ActId;
  readonly kind: ActKind;
  readonly channelId: ChannelId;
  readonly subjectId: UserId;
  readonly actorId: UserId | null;
  readonly messageId: MessageId | null;
  readonly at: Date;
  readonly until: Date | null;
  readonly endedAt: Date | null;
  readonly endedBy: UserId | null;
  readonly reasonSealed: Uint8Array | null;
}

export interface ListedActs {
  readonly about: { readonly subjectId: UserId } | { readonly channelId: ChannelId };
  readonly before: ActId | null;
  readonly limit: number;
}

export interface ActStore {
  add(act: ActRow): Promise<void>;
  find(id: ActId): Promise<ActRow | null>;
  /** The mute or ban that nobody has ended, be its time over or not. */
  unended(kind: 'mute' | 'ban', channelId: ChannelId, subjectId: UserId): Promise<ActRow | null>;
  end(act: ActRow, at: Date, by: UserId | null): Promise<ActRow>;
  /** The newest first. */
  list(wanted: ListedActs): Promise<readonly ActRow[]>;
}

export function actStore(tx: Tx, workspaceId: WorkspaceId): ActStore {
  return {
    async add({ reasonSealed, ...act }) {
      const sealed = reasonSealed && new Uint8Array(reasonSealed);
      await tx.moderationAct.createMany({ data: { ...act, workspaceId, reasonSealed: sealed } });
    },
    async find(id) {
      return (await tx.moderationAct.findFirst({ where: { id } })) as ActRow | null;
    },
    async unended(kind, channelId, subjectId) {
      const where = { kind, channelId, subjectId, endedAt: null };
      return (await tx.moderationAct.findFirst({ where })) as ActRow | null;
    },
    async end(act, endedAt, endedBy) {
      await tx.moderationAct.updateMany({
        where: { id: act.id, endedAt: null },
        data: { endedAt, endedBy },
      });
      return { ...act, endedAt, endedBy };
    },
    async list({ about, before, limit }) {
      const rows = await tx.moderationAct.findMany({
        where: { ...about, ...(before !== null && { id: { lt: before } }) },
        orderBy: { id: 'desc' },
        take: limit,
      });
      return rows as unknown as ActRow[];
    },
  };
}

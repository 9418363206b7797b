/** Roles of a workspace's own making and who holds them, as rows; what a decision rests on is held in one order. */
import type {
  ChannelId,
  RoleId,
  RoleName,
  RoleScope,
  UserId,
  WorkspaceId,
} from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export type { Tx };

/** What a role is. */
export interface RoleRow {
  readonly id: RoleId;
  readonly name: RoleName;
  readonly scope: RoleScope;
  readonly permissions: readonly string[];
  /** Those that it names; none but of scope `channels`. */
  readonly channelIds: readonly ChannelId[];
}

export interface ListedRole extends RoleRow {
  readonly holders: number;
}

/** Somebody whom roles give something in a channel. */
export interface Reaching {
  readonly userId: UserId;
  readonly roles: readonly { readonly name: RoleName; readonly permissions: readonly string[] }[];
}

export interface Grant {
  readonly roleId: RoleId;
  readonly userId: UserId;
}

export interface RoleStore {
  /** In order of id, from the one after `after`. */
  list(after: RoleId | null, limit: number): Promise<readonly ListedRole[]>;
  /** Who defines roles does so one after the other; gives how many there are, and the one of that name. */
  holdAll(name: RoleName): Promise<{ readonly count: number; readonly named: RoleId | null }>;
  exists(id: RoleId): Promise<boolean>;
  /** Held, first of all: whoever changes, gives or takes the role waits. */
  lock(id: RoleId): Promise<RoleRow | null>;
  /** Nobody comes into these channels or goes, until this transaction ends. Held in order of id, after the role. */
  holdChannels(ids: readonly ChannelId[]): Promise<void>;
  /** As they are now and unchanged until this transaction ends, in order of id, after the channels. */
  holdAccounts(ids: readonly UserId[]): Promise<void>;
  create(role: RoleRow, by: UserId, at: Date): Promise<void>;
  update(role: RoleRow): Promise<void>;
  /** It is nobody's any more. */
  delete(id: RoleId): Promise<void>;
  /** In order of id, from the one after `after`. */
  holders(id: RoleId, after: UserId | null, limit: number): Promise<readonly UserId[]>;
  /** How many roles the person holds, and whether this one is among them. */
  heldBy(grant: Grant): Promise<{ readonly count: number; readonly holds: boolean }>;
  grant(grant: Grant, by: UserId, at: Date): Promise<void>;
  revoke(grant: Grant): Promise<void>;
  /** Whom roles reach in the channel that name it, in order of id, from the one after `after`. */
  reaching(channelId: ChannelId, after: UserId | null, limit: number): Promise<readonly Reaching[]>;
  /** Public channels whose history is open, the newest first: whoever sees them may read there. */
  publicOnes(limit: number): Promise<readonly ChannelId[]>;
  /** Something was taken from these: every node closes their connections, which come back and are asked anew. */
  taken(from: readonly UserId[]): Promise<void>;
}

export function roleStore(tx: Tx, workspaceId: WorkspaceId): RoleStore {
  const named = async (id: RoleId, channelIds: readonly ChannelId[]) => {
    await tx.customRoleChannel.deleteMany({ where: { roleId: id } });
    const data = channelIds.map((channelId) => ({ workspaceId, roleId: id, channelId }));
    await tx.customRoleChannel.createMany({ data });
  };
  /** Whether there is anything to look for. */
  const note = (userIds: readonly UserId[]) => tx.$executeRaw`
    UPDATE account a SET has_roles = EXISTS (SELECT FROM role_grant g WHERE g.user_id = a.id)
    WHERE a.id = ANY (${[...userIds]}::uuid[])`;
  const all: RoleStore = {
    list: (after, limit) => tx.$queryRaw<ListedRole[]>`
      SELECT q.id, q.name, q.scope, q.permissions,
        ARRAY(SELECT h.channel_id::text FROM custom_role_channel h WHERE h.role_id = q.id ORDER BY 1) AS "channelIds",
        (SELECT count(*)::int FROM role_grant g WHERE g.role_id = q.id) AS holders
      FROM custom_role q WHERE ${after}::uuid IS NULL OR q.id > ${after}::uuid
      ORDER BY q.id LIMIT ${limit}`,
    async holdAll(name) {
      await tx.$queryRaw`SELECT 1 FROM workspace WHERE workspace_id = ${workspaceId}::uuid FOR NO KEY UPDATE`;
      const rows = await tx.customRole.findMany({ select: { id: true, name: true } });
      const found = rows.find((one) => one.name === name);
      return { count: rows.length, named: (found?.id ?? null) as RoleId | null };
    },
    exists: async (id) => (await tx.customRole.findFirst({ where: { id } })) !== null,
    async lock(id) {
      const [role] = await tx.$queryRaw<Omit<RoleRow, 'channelIds'>[]>`
        SELECT id, name, scope, permissions FROM custom_role WHERE id = ${id}::uuid FOR UPDATE`;
      if (!role) return null;
      const where = { roleId: id };
      const rows = await tx.customRoleChannel.findMany({ where, orderBy: { channelId: 'asc' } });
      return { ...role, channelIds: rows.map(({ channelId }) => channelId as ChannelId) };
    },
    async holdChannels(ids) {
      await tx.$queryRaw`SELECT 1 FROM channel WHERE id = ANY (${[...ids]}::uuid[]) ORDER BY id FOR SHARE`;
    },
    async holdAccounts(ids) {
      await tx.$queryRaw`
        SELECT 1 FROM account WHERE id = ANY (${[...ids]}::uuid[]) ORDER BY id FOR NO KEY UPDATE`;
    },
    async create({ channelIds, permissions, ...role }, createdBy, createdAt) {
      const data = { ...role, workspaceId, permissions: [...permissions], createdBy, createdAt };
      await tx.customRole.create({ data });
      await named(role.id, channelIds);
    },
    async update({ id, channelIds, permissions, name, scope }) {
      const data = { name, scope, permissions: [...permissions] };
      await tx.customRole.updateMany({ where: { id }, data });
      await named(id, channelIds);
    },
    async delete(id) {
      const rows = await tx.roleGrant.findMany({ where: { roleId: id }, select: { userId: true } });
      await tx.customRole.deleteMany({ where: { id } });
      await note(rows.map(({ userId }) => userId as UserId));
    },
    async holders(roleId, after, limit) {
      const rows = await tx.roleGrant.findMany({
        where: { roleId, ...(after !== null && { userId: { gt: after } }) },
        orderBy: { userId: 'asc' },
        take: limit,
        select: { userId: true },
      });
      return rows.map(({ userId }) => userId as UserId);
    },
    async heldBy({ roleId, userId }) {
      const rows = await tx.roleGrant.findMany({ where: { userId }, select: { roleId: true } });
      return { count: rows.length, holds: rows.some((row) => row.roleId === roleId) };
    },
    async grant(grant, grantedBy, grantedAt) {
      await tx.roleGrant.create({ data: { ...grant, workspaceId, grantedBy, grantedAt } });
      await note([grant.userId]);
    },
    async revoke({ roleId, userId }) {
      await tx.roleGrant.deleteMany({ where: { roleId, userId } });
      await note([userId]);
    },
    reaching: (channelId, after, limit) => tx.$queryRaw<Reaching[]>`
      SELECT g.user_id AS "userId",
        jsonb_agg(jsonb_build_object('name', q.name, 'permissions', q.permissions) ORDER BY q.name) AS roles
      FROM custom_role_channel h
      JOIN custom_role q ON q.workspace_id = h.workspace_id AND q.id = h.role_id AND q.scope = 'channels'
      JOIN role_grant g ON g.workspace_id = q.workspace_id AND g.role_id = q.id
      WHERE h.channel_id = ${channelId}::uuid AND (${after}::uuid IS NULL OR g.user_id > ${after}::uuid)
      GROUP BY g.user_id ORDER BY g.user_id LIMIT ${limit}`,
    async publicOnes(take) {
      const rows = await tx.channel.findMany({
        where: { workspaceId, kind: 'public', historyPolicy: 'all', archivedAt: null },
        orderBy: { id: 'desc' }, // ids are made in the order of time
        take,
        select: { id: true },
      });
      return rows.map(({ id }) => id as ChannelId);
    },
    async taken(from) {
      await tx.$executeRaw`INSERT INTO control_event (workspace_id, kind, user_id)
        SELECT ${workspaceId}::uuid, 'account-changed', id FROM unnest(${[...from]}::uuid[]) id`;
    },
  };
  return all;
}

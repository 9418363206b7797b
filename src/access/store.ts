/** Reads who the caller is in the workspace and in a channel, as of this transaction and no earlier. */
import type { ChannelId, HistoryPolicy, UserId } from '../contract/index.ts';
import type { Question, Tx } from '../platform/postgres/index.ts';
import type { LeftTo } from './left-to.ts';
import type { Standing, WorkspaceStanding } from './standing.ts';

/** What the workspace has decided about its channels. */
export interface ChannelChoices {
  readonly whoCreatesChannels: LeftTo;
  readonly defaultHistoryPolicy: HistoryPolicy;
}

export interface Standings {
  /** As of this transaction. */
  channelChoices(): Promise<ChannelChoices>;
  /** Whether the account is in use; null where there is none, or none any more. */
  isActive(userId: UserId): Promise<boolean | null>;
  /** What the account holds in the workspace, or null unless it is active. */
  inWorkspace(userId: UserId): Promise<WorkspaceStanding | null>;
  /** The same of accounts in whatever state, in one query; those that there are none of are left out. */
  ofAccounts(userIds: readonly UserId[]): Promise<ReadonlyMap<UserId, WorkspaceStanding>>;
  /** Null when the account is not active or there is no such channel in the workspace. */
  inChannel(userId: UserId, channelId: ChannelId): Promise<Standing | null>;
  /** The same, and the account stays as it is until this transaction ends: whoever changes it waits, or has been waited for. */
  heldInChannel(userId: UserId, channelId: ChannelId): Promise<Standing | null>;
  /** The same for many channels in one query; those without a standing are left out. */
  inChannels(
    userId: UserId,
    channelIds: readonly ChannelId[],
  ): Promise<ReadonlyMap<ChannelId, Standing>>;
  /** The standing of each, in a channel of their own, in one query and in their order; null as in `inChannel`. */
  each(asked: readonly Asked[]): Promise<readonly ((Asked & Standing) | null)[]>;
}

export interface Asked {
  readonly userId: UserId;
  readonly channelId: ChannelId;
}

interface Row extends Asked, Standing {
  /** Of the question it answers, from 1 on. */
  readonly place: number;
}

/** What `Standings.inChannels` asks, for a glance; its rows are what `asStandings` takes. */
export function standingsQuestion(userId: UserId, channelIds: readonly ChannelId[]): Question {
  const { strings, values } = standingsOf(channelIds.map((channelId) => ({ userId, channelId })));
  const text = strings.reduce((before, part, i) => `${before}$${i}${part}`);
  return { name: 'standings', text, values };
}

export function asStandings(rows: readonly object[]): ReadonlyMap<ChannelId, Standing> {
  return new Map((rows as readonly Row[]).map((row) => [row.channelId, row]));
}

/** The values stay apart from the text, in a transaction as well as in a glance. */
const sql = (strings: TemplateStringsArray, ...values: unknown[]) => ({ strings, values });

function standingsOf(asked: readonly Asked[]) {
  return sql`
      SELECT n.place::int, a.id AS "userId", c.id AS "channelId", a.role AS "workspaceRole",
        m.role AS "channelRole", c.kind, c.history_policy AS "historyPolicy",
        c.read_only AS "readOnly",
        CASE WHEN c.has_overrides THEN (
          SELECT jsonb_agg(jsonb_build_object('permission', o.permission, 'effect', o.effect))
          FROM channel_override o
          WHERE o.channel_id = c.id AND (o.role = m.role OR o.user_id = a.id)) END AS overrides,
        CASE WHEN a.has_roles THEN roles_reaching(a.id, c.id) END AS "customRoles",
        m.role IS NULL AND EXISTS (
          SELECT FROM moderation_act b
          WHERE b.channel_id = c.id AND b.subject_id = a.id AND b.kind = 'ban' AND b.ended_at IS NULL
            AND (b.until IS NULL OR b.until > now())) AS banned
      FROM unnest(${asked.map(({ userId }) => userId)}::uuid[],
          ${asked.map(({ channelId }) => channelId)}::uuid[]) WITH ORDINALITY AS n (user_id, channel_id, place)
      JOIN account a ON a.id = n.user_id AND a.status = 'active'
      JOIN channel c ON c.workspace_id = a.workspace_id AND c.id = n.channel_id
      LEFT JOIN membership m ON m.channel_id = c.id AND m.user_id = a.id AND m.left_rev IS NULL`;
}

export function standings(tx: Tx): Standings {
  const ask = (asked: readonly Asked[]) => {
    const { strings, values } = standingsOf(asked);
    return tx.$queryRaw<Row[]>(strings, ...values);
  };
  const each: Standings['each'] = async (asked) => {
    const places = new Map((await ask(asked)).map((row) => [row.place - 1, row]));
    return asked.map((_, place) => places.get(place) ?? null);
  };
  const inChannels: Standings['inChannels'] = async (userId, channelIds) =>
    asStandings(await ask(channelIds.map((channelId) => ({ userId, channelId }))));
  const all: Standings = {
    async channelChoices() {
      const select = { whoCreatesChannels: true, defaultHistoryPolicy: true };
      const row: unknown = await tx.workspace.findFirstOrThrow({ select }); // row level security shows one
      return row as ChannelChoices;
    },
    async isActive(userId) {
      const account = await tx.account.findFirst({
        where: { id: userId, status: { not: 'erased' } },
        select: { status: true },
      });
      return account && account.status === 'active';
    },
    async inWorkspace(userId) {
      const [row] = await tx.$queryRaw<WorkspaceStanding[]>`
        SELECT a.role AS "workspaceRole",
          CASE WHEN a.has_roles THEN roles_reaching(a.id, NULL) END AS "customRoles"
        FROM account a WHERE a.id = ${userId}::uuid AND a.status = 'active'`;
      return row ?? null;
    },
    async ofAccounts(userIds) {
      const rows = await tx.$queryRaw<(WorkspaceStanding & { readonly id: UserId })[]>`
        SELECT a.id, a.role AS "workspaceRole",
          CASE WHEN a.has_roles THEN roles_reaching(a.id, NULL) END AS "customRoles"
        FROM account a WHERE a.id = ANY (${[...userIds]}::uuid[])`;
      return new Map(rows.map(({ id, ...standing }) => [id, standing]));
    },
    async inChannel(userId, channelId) {
      const [standing] = (await inChannels(userId, [channelId])).values();
      return standing ?? null;
    },
    async heldInChannel(userId, channelId) {
      // A statement of its own: the one that decides sees what this one waited for.
      await tx.$queryRaw`SELECT 1 FROM account WHERE id = ${userId}::uuid FOR SHARE`;
      return all.inChannel(userId, channelId);
    },
    inChannels,
    each,
  };
  return all;
}

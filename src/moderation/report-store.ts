/** Reports as rows: found by who may see them, taken up and decided under the lock of their own row. */
import type {
  ChannelId,
  ChannelRole,
  MessageId,
  Report,
  ReportAction,
  ReportId,
  ReportState,
  UserId,
  WorkspaceId,
  WorkspaceRole,
} from '../contract/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export interface ReportRow {
  readonly id: ReportId;
  readonly channelId: ChannelId;
  readonly messageId: MessageId;
  readonly reporterId: UserId | null;
  readonly category: Report['category'];
  readonly textSealed: Uint8Array | null;
  readonly state: ReportState;
  readonly createdAt: Date;
  readonly claimedBy: UserId | null;
  readonly claimedAt: Date | null;
  readonly decidedBy: UserId | null;
  readonly decidedAt: Date | null;
  readonly action: ReportAction | null;
  readonly noteSealed: Uint8Array | null;
}

export type NewReport = Pick<
  ReportRow,
  'id' | 'channelId' | 'messageId' | 'reporterId' | 'category' | 'textSealed' | 'createdAt'
>;

export type Decision = Pick<
  ReportRow,
  'state' | 'decidedBy' | 'decidedAt' | 'action' | 'noteSealed'
>;

/** Whose reports a list shows: those somebody made, or those they may look at. */
export type Among =
  | { readonly reporterId: UserId }
  /** In every channel, or in those where the person has one of these roles, or a custom role that reads them. */
  | { readonly reader: UserId; readonly in: 'every-channel' | readonly ChannelRole[] };

export interface ListedReports {
  readonly among: Among;
  readonly channelId: ChannelId | null;
  readonly state: ReportState | null;
  readonly after: ReportId | null;
  readonly limit: number;
}

export interface AskedRoles {
  readonly channel: readonly ChannelRole[];
  readonly workspace: readonly WorkspaceRole[];
  /** Which a role of the workspace's own making may carry instead. */
  readonly permission: string;
  readonly limit: number;
}

export interface ReportStore {
  /** The undecided report of that message by that reporter. */
  undecided(messageId: MessageId, reporterId: UserId | null): Promise<ReportRow | null>;
  /** False when the same reporter has an undecided one of the message. */
  add(report: NewReport): Promise<boolean>;
  /** Waits for whoever decides on it. */
  lock(id: ReportId): Promise<ReportRow | null>;
  claim(report: ReportRow, by: UserId, at: Date): Promise<ReportRow>;
  decide(report: ReportRow, decision: Decision): Promise<ReportRow>;
  /** Who keeps the channel, accounts of these workspace roles, and holders of custom roles that reach it: who may come into question to be told. */
  among(channelId: ChannelId, roles: AskedRoles): Promise<readonly UserId[]>;
  /** In the order in which they were made, after `after`. */
  list(wanted: ListedReports): Promise<readonly ReportRow[]>;
}

export function reportStore(tx: Tx, workspaceId: WorkspaceId): ReportStore {
  const bytes = (sealed: Uint8Array | null) => sealed && new Uint8Array(sealed);
  const find = async (id: ReportId) =>
    (await tx.report.findFirst({ where: { id } })) as ReportRow | null;
  return {
    async undecided(messageId, reporterId) {
      const where = { messageId, reporterId, state: { in: ['open', 'claimed'] } };
      return (await tx.report.findFirst({ where })) as ReportRow | null;
    },
    async add({ textSealed, ...report }) {
      const data = [{ ...report, workspaceId, textSealed: bytes(textSealed) }];
      return (await tx.report.createMany({ data, skipDuplicates: true })).count === 1;
    },
    async lock(id) {
      // A statement of its own: the next one's snapshot is taken after the wait.
      await tx.$queryRaw`SELECT 1 FROM report WHERE id = ${id}::uuid FOR NO KEY UPDATE`;
      return find(id);
    },
    async claim(report, claimedBy, claimedAt) {
      const changed = { state: 'claimed', claimedBy, claimedAt } as const;
      await tx.report.updateMany({ where: { id: report.id }, data: changed });
      return { ...report, ...changed };
    },
    async decide(report, { noteSealed, ...decision }) {
      const data = { ...decision, noteSealed: bytes(noteSealed) };
      await tx.report.updateMany({ where: { id: report.id }, data });
      return { ...report, ...data };
    },
    async among(channelId, { channel, workspace, permission, limit }) {
      const rows = await tx.$queryRaw<{ id: UserId }[]>`
        SELECT id FROM (
          (SELECT m.user_id AS id, 0 AS rank FROM membership m
           WHERE m.channel_id = ${channelId}::uuid AND m.left_rev IS NULL
             AND m.role = ANY (${[...channel]}::text[]) LIMIT ${limit})
          UNION ALL
          (SELECT a.id, 1 FROM account a
           WHERE a.status = 'active' AND a.role = ANY (${[...workspace]}::text[]) LIMIT ${limit})
          UNION ALL
          (SELECT g.user_id, 2 FROM custom_role q
           JOIN role_grant g ON g.workspace_id = q.workspace_id AND g.role_id = q.id
           WHERE ${permission} = ANY (q.permissions) AND (q.scope <> 'channels' OR EXISTS (
             SELECT FROM custom_role_channel h WHERE h.workspace_id = q.workspace_id AND h.role_id = q.id
               AND h.channel_id = ${channelId}::uuid)) LIMIT ${limit})
        ) found GROUP BY id ORDER BY min(rank), id LIMIT ${limit}`;
      return rows.map(({ id }) => id);
    },
    async list({ among, channelId, state, after, limit }) {
      const own = 'reporterId' in among ? among.reporterId : null;
      const reader = 'reader' in among ? among.reader : null;
      const roles = 'reader' in among && among.in !== 'every-channel' ? [...among.in] : null;
      const ids = await tx.$queryRaw<{ id: ReportId }[]>`
        SELECT r.id FROM report r
        WHERE (${own}::uuid IS NULL OR r.reporter_id = ${own}::uuid)
          AND (${roles}::text[] IS NULL OR reads_reports_of(${reader}::uuid, r.channel_id, ${roles}::text[]))
          AND (${channelId}::uuid IS NULL OR r.channel_id = ${channelId}::uuid)
          AND (${state}::text IS NULL OR r.state = ${state}::text)
          AND (${after}::uuid IS NULL OR r.id > ${after}::uuid)
        ORDER BY r.id LIMIT ${limit}`;
      const rows = await tx.report.findMany({
        where: { id: { in: ids.map(({ id }) => id) } },
        orderBy: { id: 'asc' },
      });
      return rows as unknown as ReportRow[];
    },
  };
}

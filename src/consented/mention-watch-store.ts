/** Who is written to about mentions, as rows that are there only while they consent to it. */
import type { UserId, WorkspaceId } from '../contract/index.ts';
import type { Consented } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export type { Tx };

export interface MentionWatch {
  /** The newest mail tells of messages from the one id on to before the other. */
  readonly toldFrom: string;
  readonly toldTo: string;
  readonly nextAt: Date;
}

export interface MentionWatchStore {
  /** Where there is none yet. */
  begin(consented: Consented<'mention-mail'>, watch: MentionWatch): Promise<void>;
  end(userId: UserId): Promise<void>;
  /** Locked until the transaction ends. */
  hold(userId: UserId): Promise<MentionWatch | null>;
  move(userId: UserId, to: Partial<MentionWatch>): Promise<void>;
  /** Who may be written to at that time and is mentioned between what they were told of and `before`, in order. */
  due(at: Due): Promise<readonly UserId[]>;
  isAnyone(): Promise<boolean>;
  /** Asks for the job that looks after them; once, however often. */
  look(delayMs: number): Promise<void>;
}

export interface Due {
  readonly now: Date;
  /** The id that a message would have which is made now. */
  readonly present: string;
  /** What lies beyond can only come of a clock that was wrong, and holds nobody up. */
  readonly latest: Date;
  readonly before: string;
  readonly after: UserId | null;
  readonly limit: number;
}

export function mentionWatchStore(tx: Tx, workspaceId: WorkspaceId): MentionWatchStore {
  return {
    async begin({ userId }, { toldFrom, toldTo, nextAt }) {
      await tx.$executeRaw`
        INSERT INTO mention_watch (workspace_id, user_id, told_from, told_to, next_at)
        VALUES (${workspaceId}::uuid, ${userId}::uuid, ${toldFrom}::uuid, ${toldTo}::uuid, ${nextAt})
        ON CONFLICT DO NOTHING`;
    },
    async end(userId) {
      await tx.mentionWatch.deleteMany({ where: { workspaceId, userId } });
    },
    async hold(userId) {
      const [watch] = await tx.$queryRaw<MentionWatch[]>`
        SELECT told_from AS "toldFrom", told_to AS "toldTo", next_at AS "nextAt" FROM mention_watch
        WHERE workspace_id = ${workspaceId}::uuid AND user_id = ${userId}::uuid FOR UPDATE`;
      return watch ?? null;
    },
    async move(userId, to) {
      await tx.mentionWatch.updateMany({ where: { workspaceId, userId }, data: to });
    },
    async due({ now, present, latest, before, after, limit }) {
      const rows = await tx.$queryRaw<{ readonly userId: UserId }[]>`
        SELECT w.user_id AS "userId" FROM mention_watch w
        WHERE w.workspace_id = ${workspaceId}::uuid AND (w.next_at <= ${now} OR w.next_at > ${latest})
          AND (${after}::uuid IS NULL OR w.user_id > ${after}::uuid)
          AND (w.told_to > ${present}::uuid OR EXISTS (
            SELECT FROM mention n
            WHERE n.workspace_id = w.workspace_id AND n.user_id = w.user_id
              AND n.message_id >= w.told_to AND n.message_id < ${before}::uuid))
        ORDER BY w.user_id LIMIT ${limit}`;
      return rows.map(({ userId }) => userId);
    },
    async isAnyone() {
      return (await tx.mentionWatch.findFirst({ where: { workspaceId } })) !== null;
    },
    async look(delayMs) {
      await tx.$executeRaw`
        SELECT enqueue_job('consented.mention-mail', '{}'::jsonb, ${delayMs}::bigint, 'all')`;
    },
  };
}

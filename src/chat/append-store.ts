/** Appends a batch of posts in one round trip: one statement locks, decides, numbers and stores, a verdict per row. */
import type {
  ChannelId,
  ChannelRole,
  ClientId,
  MessageId,
  UserId,
  WorkspaceId,
  WorkspaceRole,
} from '../contract/index.ts';
import type { Statements } from '../platform/postgres/index.ts';

export interface Append {
  readonly channelId: ChannelId;
  readonly authorId: UserId;
  readonly clientId: ClientId;
  readonly id: MessageId;
  readonly bodySealed: Buffer;
  readonly keyEpoch: number;
  readonly replyTo: MessageId | null;
  /** Who is named in it; those who are no members are left out. */
  readonly mentions?: readonly UserId[];
}

/** Who may append: declared by the operation, enforced by the statement. */
export interface AppendDemand {
  readonly channelRoles: readonly ChannelRole[];
  readonly workspaceRoles: readonly WorkspaceRole[];
}

export type AppendVerdict =
  | {
      readonly verdict: 'sent' | 'duplicate';
      readonly id: MessageId;
      readonly seq: number;
      readonly rev: number;
      readonly at: Date;
      /** Of a post that was stored now. */
      readonly threadRoot?: MessageId | null;
      readonly threadPlace?: number | null;
      readonly mentions?: readonly UserId[] | null;
    }
  /** `until` is null for a mute without an end; for `slow_mode` it is when the author may post again. */
  | { readonly verdict: 'muted'; readonly until: Date | null }
  | { readonly verdict: 'slow_mode'; readonly until: Date }
  /** `busy`: somebody else holds the channel's lock; only when it was asked not to wait. */
  | { readonly verdict: 'not_found' | 'forbidden' | 'archived' | 'stale_key' | 'busy' };

interface Row {
  readonly verdict: AppendVerdict['verdict'];
  readonly id: MessageId;
  readonly seq: string;
  readonly rev: string;
  readonly at: Date;
  readonly thread_root: MessageId | null;
  readonly thread_place: number | null;
  readonly mentions: readonly UserId[] | null;
}

const STATEMENT = `SELECT verdict, id, seq, rev, at, thread_root, thread_place, mentions FROM append_messages(
  $1::uuid, $2::uuid[], $3::uuid[], $4::uuid[], $5::uuid[], $6::bytea[], $7::int[], $8::uuid[], $9::timestamptz,
  $10::text[], $11::text[], $12::boolean, $13::int[], $14::uuid[])`;

/** One verdict per append, in their order; resolves after COMMIT. With `wait` it waits for channels that are locked. */
export async function appendMessages(
  statements: Statements,
  workspaceId: WorkspaceId,
  appends: readonly Append[],
  demand: AppendDemand,
  at: Date,
  wait: boolean,
): Promise<readonly AppendVerdict[]> {
  const rows = await statements.run<Row & Record<string, unknown>>('append_messages', STATEMENT, [
    workspaceId,
    appends.map((append) => append.channelId),
    appends.map((append) => append.authorId),
    appends.map((append) => append.clientId),
    appends.map((append) => append.id),
    appends.map((append) => append.bodySealed),
    appends.map((append) => append.keyEpoch),
    appends.map((append) => append.replyTo),
    at,
    demand.channelRoles,
    demand.workspaceRoles,
    wait,
    appends.flatMap(({ mentions = [] }, i) => mentions.map(() => i + 1)),
    appends.flatMap(({ mentions = [] }) => mentions),
  ]);
  return rows.map(verdictOf);
}

function verdictOf({ verdict, id, seq, rev, at, mentions, ...row }: Row): AppendVerdict {
  if (verdict === 'sent' || verdict === 'duplicate') {
    const { thread_root: threadRoot, thread_place: threadPlace } = row;
    return {
      verdict,
      id,
      seq: Number(seq),
      rev: Number(rev),
      at,
      threadRoot,
      threadPlace,
      mentions,
    };
  }
  if (verdict === 'muted' || verdict === 'slow_mode') return { verdict, until: at };
  return { verdict };
}

/** Moves read marks forward, many in one round trip: one statement decides and stores, a verdict per row. */
import type { ChannelId, UserId, WorkspaceId } from '../contract/index.ts';
import type { Statements } from '../platform/postgres/index.ts';
import type { AppendDemand } from './append-store.ts';

export interface Mark {
  readonly channelId: ChannelId;
  readonly userId: UserId;
  readonly seq: number;
}

export type Marked =
  | {
      readonly verdict: 'marked';
      /** Up to where the channel counts as read now, which may be further than was asked. */
      readonly seq: number;
      readonly lastSeq: number;
      /** Whether that is further than before. */
      readonly moved: boolean;
    }
  | { readonly verdict: 'not_found' | 'forbidden' };

interface Row {
  readonly verdict: Marked['verdict'];
  readonly seq: string;
  readonly last_seq: string;
  readonly moved: boolean;
}

const STATEMENT = `SELECT verdict, seq, last_seq, moved FROM mark_read(
  $1::uuid, $2::uuid[], $3::uuid[], $4::bigint[], $5::text[], $6::text[])`;

/** One verdict per mark, in their order; resolves after COMMIT. */
export async function moveMarks(
  statements: Statements,
  workspaceId: WorkspaceId,
  marks: readonly Mark[],
  demand: AppendDemand,
): Promise<readonly Marked[]> {
  const rows = await statements.run<Row & Record<string, unknown>>('mark_read', STATEMENT, [
    workspaceId,
    marks.map(({ channelId }) => channelId),
    marks.map(({ userId }) => userId),
    marks.map(({ seq }) => seq),
    demand.channelRoles,
    demand.workspaceRoles,
  ]);
  return rows.map(({ verdict, seq, last_seq, moved }) =>
    verdict === 'marked'
      ? { verdict, seq: Number(seq), lastSeq: Number(last_seq), moved }
      : { verdict },
  );
}

/** Where the logs of channels end, of whatever workspaces: one statement for a thousand of them, and numbers alone. */
import type { ChannelHead, ChannelId } from '../contract/index.ts';
import type { Statements } from '../platform/postgres/index.ts';

/** The heads of those channels that exist, in any order. */
export type ReadHeads = (ids: readonly ChannelId[]) => Promise<readonly ChannelHead[]>;

/** Channels in one statement. */
const PIECE = 1_000;

interface Row {
  readonly id: ChannelId;
  readonly rev: string;
  readonly epoch: number;
}

export function headStore(statements: Pick<Statements, 'run'>): ReadHeads {
  return async (ids) => {
    const heads: ChannelHead[] = [];
    for (let at = 0; at < ids.length; at += PIECE) {
      const rows = await statements.run<Row & Record<string, unknown>>(
        'channel-heads',
        'SELECT id, rev, epoch FROM channel_heads($1::uuid[])',
        [ids.slice(at, at + PIECE)],
      );
      for (const { id, rev, epoch } of rows) heads.push({ id, rev: Number(rev), epoch });
    }
    return heads;
  };
}

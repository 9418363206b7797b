/** Tells by counting that nothing was lost of posts that were collected, so that a million of them need not be asked about one by one. */
import type { DataSubject, ExportContributor } from '../kernel/index.ts';
import { groupsOf, readableNow, SPARSE_PLACES, type Piece, type Tx } from './exports-store.ts';
import { countIn } from './message-exports-store.ts';
import { joinExtents, piecesOf, readExtent } from './message-extent.ts';
import { seqRanges } from './seq-ranges.ts';
import type { Transaction } from './transaction-store.ts';

/**
 * Of the posts in a stretch of places some may go or lose their text, and none can be added: where all of the places
 * are readable as before, as many as there were are the same ones. A stretch that is counted later than another is held
 * against later rights, as files are that are settled one after the other.
 */
export function messageWholes(transaction: Transaction): NonNullable<ExportContributor['wholes']> {
  return {
    join: joinExtents,
    async areGiven(subject, extent) {
      const made = readExtent(extent);
      let { posts, alive } = made;
      for (const pieces of groupsOf(piecesOf(made), SPARSE_PLACES)) {
        const counted = await transaction(subject.workspaceId, 'read', async (tx) =>
          (await isReadableAsBefore(tx, subject, pieces))
            ? countIn(tx, subject.userId, pieces)
            : null,
        );
        if (!counted) return false;
        posts -= counted.posts;
        alive -= counted.alive;
      }
      return posts === 0 && alive === 0;
    },
  };
}

async function isReadableAsBefore(
  tx: Tx,
  subject: DataSubject,
  pieces: readonly Piece[],
): Promise<boolean> {
  const may = await readableNow(tx, subject, [
    ...new Set(pieces.map(({ channelId }) => channelId)),
  ]);
  return pieces.every(({ channelId, readable }) => {
    const now = may.get(channelId)?.readable;
    return now !== undefined && seqRanges(now) === readable;
  });
}

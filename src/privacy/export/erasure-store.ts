/** What an erasure takes from exports: those of the person and those they asked for end, and their files are removed. */
import type { ExportId } from '../../contract/index.ts';
import type { ErasureStep } from '../../kernel/index.ts';
import type { Tx } from '../../platform/postgres/index.ts';
import { exportStore } from './export-store.ts';

/** Exports that one piece ends at most. */
const PIECE = 100;

export const exportErasure: readonly ErasureStep<Tx>[] = [
  {
    name: 'privacy.exports',
    phase: 'rows',
    answersFor: ['data_export.link_session'],
    // What was written in that channel is in those about them, too; it comes after the texts, so that none is made anew.
    ofChannel: true,
    async run(tx, { workspaceId, subjectId, channelId, now }) {
      const exports = exportStore(tx, workspaceId);
      const found = await tx.dataExport.findMany({
        where: {
          workspaceId,
          OR: [{ subjectId }, ...(channelId === null ? [{ requestedBy: subjectId }] : [])],
          state: { in: ['collecting', 'settling', 'ready'] },
        },
        orderBy: { id: 'asc' },
        take: PIECE,
        select: { id: true },
      });
      let ended = 0;
      for (const { id } of found as unknown as readonly { id: ExportId }[]) {
        if (await exports.cancel(id, now)) ended += 1;
        // Removes the files and then the rows that tell of them; it is tried again until it is done.
        await exports.enqueue('privacy.export-end', id);
      }
      return { next: found.length === PIECE ? {} : null, counts: { data_export: ended } };
    },
  },
];

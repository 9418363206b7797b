/** Destroys the keys of who is erased: what they seal is unreadable from the commit on, wherever it is kept. */
import type { ErasureStep } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

/**
 * All of a person's keys, or those of what they wrote in one channel, but for channels under a hold. The database
 * destroys none that no running erasure names, nor any under a hold, whatever is asked of it here.
 */
export function keyErasure(): ErasureStep<Tx> {
  return {
    name: 'crypto.keys',
    phase: 'keys',
    answersFor: ['data_key.author_id', 'subject_key.subject_id'],
    ofChannel: true,
    async run(tx, { workspaceId, subjectId, channelId, upTo, kept }) {
      const epochs = upTo && { epoch: { lte: upTo.keyEpoch } };
      const where = { workspaceId, authorId: subjectId, ...epochs };
      const inChannel = channelId ?? { notIn: [...kept.keys()] };
      const isKept = channelId !== null && kept.has(channelId);
      const data = isKept
        ? { count: 0 }
        : await tx.dataKey.deleteMany({ where: { ...where, channelId: inChannel } });
      const subject =
        channelId === null
          ? await tx.subjectKey.deleteMany({ where: { workspaceId, subjectId } })
          : { count: 0 };
      return { next: null, counts: { data_key: data.count, subject_key: subject.count } };
    },
  };
}

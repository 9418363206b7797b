/** What an erasure takes from what is done for people who consented: nobody is watched for who is gone. */
import type { ErasureStep } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export const consentedErasure: readonly ErasureStep<Tx>[] = [
  {
    name: 'consented.mention-watch',
    phase: 'rows',
    answersFor: ['mention_watch.user_id'],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId }) {
      const { count } = await tx.mentionWatch.deleteMany({
        where: { workspaceId, userId: subjectId },
      });
      return { next: null, counts: { mention_watch: count } };
    },
  },
];

/** What an erasure takes from reports and acts of moderation: the words; that there was one stays, of nobody. */
import type { ErasureStep } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export const moderationErasure: readonly ErasureStep<Tx>[] = [
  {
    name: 'moderation.reports',
    phase: 'rows',
    answersFor: [
      'report.reporter_id',
      'report.decided_by',
      'report.text_sealed',
      'report.note_sealed',
    ],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId }) {
      const texts = await tx.report.updateMany({
        where: { workspaceId, reporterId: subjectId, textSealed: { not: null } },
        data: { textSealed: null },
      });
      const notes = await tx.report.updateMany({
        where: { workspaceId, decidedBy: subjectId, noteSealed: { not: null } },
        data: { noteSealed: null },
      });
      return { next: null, counts: { report: texts.count + notes.count } };
    },
  },
  {
    name: 'moderation.acts',
    phase: 'rows',
    answersFor: ['moderation_act.subject_id', 'moderation_act.reason_sealed'],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId }) {
      const { count } = await tx.moderationAct.updateMany({
        where: { workspaceId, subjectId, reasonSealed: { not: null } },
        data: { reasonSealed: null },
      });
      return { next: null, counts: { moderation_act: count } };
    },
  },
];

/** What an erasure takes from roles of a workspace's own making: whoever is erased holds none of them. */
import type { ErasureStep } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';

export const accessErasure: readonly ErasureStep<Tx>[] = [
  {
    name: 'access.roles',
    phase: 'rows',
    answersFor: ['role_grant.user_id'],
    ofChannel: false,
    async run(tx, { workspaceId, subjectId }) {
      const { count } = await tx.roleGrant.deleteMany({
        where: { workspaceId, userId: subjectId },
      });
      await tx.account.updateMany({
        where: { workspaceId, id: subjectId, hasRoles: true },
        data: { hasRoles: false },
      });
      return { next: null, counts: { role_grant: count } };
    },
  },
];

/** Who of some people holds the role that opened channels, in which of them: whether they may read is not asked here. */
import type { ChannelId, UserId } from '../contract/index.ts';
import type { ReadingOpened } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import type { Asked } from './store.ts';

/** A person and a channel each, in any order. */
export async function holdersOf(
  tx: Tx,
  { channelIds, to }: Pick<ReadingOpened, 'channelIds' | 'to'>,
  people: readonly UserId[],
): Promise<readonly Asked[]> {
  const [channelId, userId] = [{ in: [...channelIds] }, { in: [...people] }];
  if (to === 'named')
    return tx.$queryRaw<Asked[]>`
      SELECT DISTINCT g.user_id AS "userId", h.channel_id AS "channelId"
      FROM custom_role_channel h
      JOIN role_grant g ON g.workspace_id = h.workspace_id AND g.role_id = h.role_id
      WHERE h.channel_id = ANY (${[...channelIds]}::uuid[]) AND g.user_id = ANY (${[...people]}::uuid[])`;
  if ('roleId' in to) {
    const where = { roleId: to.roleId, userId };
    const held = await tx.roleGrant.findMany({ where, select: { userId: true } });
    return held.flatMap((one) =>
      channelIds.map((id) => ({ userId: one.userId as UserId, channelId: id })),
    );
  }
  const members = await tx.membership.findMany({
    where: { channelId, userId, role: to.channelRole, leftRev: null },
    select: { userId: true, channelId: true },
  });
  return members.map((one) => ({
    userId: one.userId as UserId,
    channelId: one.channelId as ChannelId,
  }));
}

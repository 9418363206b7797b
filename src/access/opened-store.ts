/** Finds who may read where a role of theirs may have begun to let them; who still may not is left out. */
import type { ChannelId, UserId } from '../contract/index.ts';
import type { ReadingOpened } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { OPENS } from './custom-roles.ts';
import { isLetInByRole, mayInChannel } from './decide.ts';
import { standings, type Asked } from './store.ts';

/** Standings that are asked for at a time. */
const PORTION = 1_000;

/**
 * Those of `people` who hold the role and may read as of this transaction, with each channel in which they may, by a
 * role of the workspace's own making only where it is that which lets them. Who is in a channel sees it in any case: for
 * them it is its messages that count.
 */
export async function mayReadNow(
  tx: Tx,
  opened: Pick<ReadingOpened, 'channelIds' | 'to'>,
  people: readonly UserId[],
): Promise<readonly Asked[]> {
  const asked = await holdersOf(tx, opened, people);
  const isOfMembers = opened.to !== 'named' && 'channelRole' in opened.to;
  const found: Asked[] = [];
  for (let from = 0; from < asked.length; from += PORTION)
    for (const one of await standings(tx).each(asked.slice(from, from + PORTION)))
      if (one && (isOfMembers ? mayInChannel(one, 'message.read') : isLetInByRole(one)))
        found.push(one);
  return found;
}

/** A person and a channel each, in any order: whether they may read is not asked here. */
async function holdersOf(
  tx: Tx,
  { channelIds, to }: Pick<ReadingOpened, 'channelIds' | 'to'>,
  people: readonly UserId[],
): Promise<readonly Asked[]> {
  const [channelId, userId] = [{ in: [...channelIds] }, { in: [...people] }];
  if (to === 'named')
    return tx.$queryRaw<Asked[]>`
      SELECT g.user_id AS "userId", h.channel_id AS "channelId"
      FROM custom_role_channel h
      JOIN role_grant g ON g.workspace_id = h.workspace_id AND g.role_id = h.role_id
      WHERE h.channel_id = ANY (${[...channelIds]}::uuid[]) AND g.user_id = ANY (${[...people]}::uuid[])
      UNION
      SELECT g.user_id, c.id
      FROM channel c
      JOIN custom_role q ON q.workspace_id = c.workspace_id AND q.scope = 'workspace' AND q.permissions && ${[...OPENS]}
      JOIN role_grant g ON g.workspace_id = q.workspace_id AND g.role_id = q.id
      WHERE c.id = ANY (${[...channelIds]}::uuid[]) AND c.kind = 'public' AND g.user_id = ANY (${[...people]}::uuid[])`;
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

/** Finds who may read where a role of theirs may have begun to let them; who still may not is left out. */
import type { UserId } from '../contract/index.ts';
import type { ReadingOpened } from '../kernel/index.ts';
import type { Tx } from '../platform/postgres/index.ts';
import { OPENS } from './custom-roles.ts';
import { mayInChannel } from './decide.ts';
import { holdersOf } from './opened-store.ts';
import type { ChannelPermission } from './policy.ts';
import { standings, type Asked } from './store.ts';

/** Standings that are asked for at a time. */
const PORTION = 1_000;

/**
 * Those of `people` who hold the role and may read as of this transaction, with each channel in which they may. Who is
 * in a channel sees it in any case: for them it is its messages that count.
 */
export async function mayReadNow(
  tx: Tx,
  opened: Pick<ReadingOpened, 'channelIds' | 'to'>,
  people: readonly UserId[],
): Promise<readonly Asked[]> {
  const asked = await holdersOf(tx, opened, people);
  const isOfMembers = opened.to !== 'named' && 'channelRole' in opened.to;
  const letting: readonly ChannelPermission[] = isOfMembers ? ['message.read'] : OPENS;
  const found: Asked[] = [];
  for (let from = 0; from < asked.length; from += PORTION)
    for (const one of await standings(tx).each(asked.slice(from, from + PORTION)))
      if (one && letting.some((permission) => mayInChannel(one, permission))) found.push(one);
  return found;
}

/** Tells who is connected to this node of channels that a role has begun to let them read, and nobody who may not. */
import { mayReadNow, type Lease } from '../access/index.ts';
import type { ReadingOpened } from '../kernel/index.ts';
import type { Postgres } from '../platform/postgres/index.ts';
import type { Rooms } from '../transport/socket/index.ts';

export interface OpenedOptions {
  readonly rooms: Pick<Rooms, 'peopleOf' | 'invite'>;
  readonly lease: Lease;
  readonly transaction: Postgres['transaction'];
  readonly failed: (error: unknown) => void;
}

/** People who are looked up at a time. */
const PORTION = 1_000;

/**
 * Asks the database after the change was committed, so that what was taken since is not told of; a connection that
 * listens already is not disturbed. A hint: one that is lost is made up for when the client comes back.
 */
export function openedTold({ rooms, lease, transaction, failed }: OpenedOptions) {
  async function told(opened: ReadingOpened): Promise<void> {
    const { workspaceId } = opened;
    const people = rooms.peopleOf(workspaceId);
    for (let from = 0; from < people.length; from += PORTION) {
      const some = people.slice(from, from + PORTION);
      const readers = await transaction(workspaceId, 'read', (tx) => mayReadNow(tx, opened, some));
      if (!lease.mayDeliver()) return;
      for (const { userId, channelId } of readers) rooms.invite(userId, channelId);
    }
  }
  return (opened: ReadingOpened): void => void told(opened).catch(failed);
}

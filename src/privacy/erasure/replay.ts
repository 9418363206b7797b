/** Does again what the ledger says was done, in a database that does not know of it: it was restored from before. */
import type { ErasureId, WorkspaceId } from '../../contract/index.ts';
import { holdStore } from '../holds/hold-store.ts';
import type { LedgerEntry } from '../ledger/entry.ts';
import type { Replayed } from '../ledger/gate.ts';
import { headStore } from '../ledger/head-store.ts';
import { hashOf, lineOf } from '../ledger/entry.ts';
import type { PrivacyOptions } from '../ports.ts';
import { erasureStore, type ErasureStore, type Tx } from './erasure-store.ts';
import { keeps, type erasing } from './run.ts';

export type ReplayOptions = Pick<
  PrivacyOptions<unknown>,
  'clock' | 'transaction' | 'workspaceSeal'
> &
  Pick<ReturnType<typeof erasing>, 'destroyKeys'>;

/** The keys in one transaction with the head; the rest is a job's. Several nodes that start do it once. */
export function replaying({ clock, transaction, workspaceSeal, destroyKeys }: ReplayOptions) {
  return (workspaceId: WorkspaceId, entry: LedgerEntry): Promise<Replayed> =>
    transaction(workspaceId, 'own', async (tx): Promise<Replayed> => {
      const heads = headStore(tx, workspaceId);
      const erasures = erasureStore(tx, workspaceId);
      // In the order in which a run holds them: the erasure, the holds, the ledger. Two would wait for each other else.
      const open = await erasures.open(entry.subjectId, entry.channelId);
      for (const id of [...new Set([open?.id ?? entry.erasureId, entry.erasureId])].sort())
        await erasures.lock(id);
      const kept = await holdStore(tx, workspaceId).keeping(entry.subjectId);
      await heads.exclude();
      const head = await heads.find();
      if (head && head.seq >= entry.seq) return 'known';
      const line = { seq: entry.seq, hash: hashOf(lineOf(entry)) };
      const knows = await erasures.knows(entry.subjectId, entry.channelId);
      if (knows === 'neither') return 'elsewhere';
      await heads.move(line);
      if (knows === 'workspace') return 'nobody';
      const erasure = await running(tx, workspaceId, erasures, entry);
      // Whether it was placed after a line that came to nothing, or lifted after a backup, nobody can prove: the data
      // stays, and the row takes over from the line. Whoever lifts the hold lets it finish.
      if (keeps(kept, entry.channelId)) {
        await erasures.change(erasure, { state: 'held' });
        return 'held';
      }
      await destroyKeys({ tx, workspaceId, erasures, erasure, kept, now: clock.now() }, line);
      await erasures.enqueue(erasure.id, 0);
      return 'destroyed';
    });

  async function running(
    tx: Tx,
    workspaceId: WorkspaceId,
    erasures: ErasureStore,
    { erasureId: id, subjectId, channelId, at }: LedgerEntry,
  ) {
    const then = new Date(at);
    const open = await erasures.open(subjectId, channelId);
    const other = open && open.id !== id ? await erasures.lock(open.id) : null;
    // It has begun to destroy the same, and cannot be taken back any more: it goes on for both.
    const known = other?.keysAt ? other : await named();
    // What was written after this one began stays; for two, all that was there when the later one did goes.
    const isOwn = known.id === id && known.startedAt !== null;
    return erasures.change(known, {
      ...{ state: 'running', cancelledBy: null, endedAt: null, step: null, cursor: null },
      ...(!isOwn && { startedAt: then, keyEpoch: null }),
    });

    async function named() {
      // Another one of the same that was open then: it was taken back since, or there would be no newer one.
      if (other) await erasures.change(other, { state: 'cancelled', cancelledBy: subjectId });
      return (await erasures.lock(id)) ?? (await restored());
    }

    async function restored() {
      const text = JSON.stringify({ restored: true });
      const origin = await workspaceSeal.seal(
        tx,
        workspaceId,
        { kind: 'erasure-origin', id },
        text,
      );
      await erasures.add({
        ...{ id, subjectId, channelId, requestedBy: subjectId, requestedAt: then, dueAt: then },
        ...{ originSealed: origin.sealed, originKey: origin.version },
      });
      return found(erasures, id);
    }
  }
}

async function found(erasures: ErasureStore, id: ErasureId) {
  const row = await erasures.lock(id);
  if (!row) throw new Error('an erasure that was just added is not there');
  return row;
}

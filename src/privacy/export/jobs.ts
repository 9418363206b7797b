/** Takes the steps of an export, each once, on whichever node: what a node that died was at is done again. */
import { z } from 'zod';
import { ExportId, type ExportProgress, type WorkspaceId } from '../../contract/index.ts';
import type { Told } from '../../kernel/index.ts';
import { BrokenFile } from '../../crypto/index.ts';
import { settleAgain } from './again.ts';
import { collect, roomForFiles } from './collect.ts';
import { isEntitled } from './entitled.ts';
import type { Change, ExportRecord, ExportStore, PartRecord } from './export-store.ts';
import { finish } from './finish.ts';
import type { Room } from './lines.ts';
import type { ExportParts, Step, UnderWay } from './parts.ts';
import { settle } from './settle.ts';

export interface ExportJobs extends ExportParts {
  /** Tells every node. */
  readonly announce: (effect: Told<'export.progress'>) => void;
}

/** Steps of a run; then it makes room for other jobs, and for a node that is to stop. */
const STEPS = 25;
const About = z.strictObject({ exportId: ExportId });

/** Goes on with an export; one that is over is left as it is. */
export async function goOn(
  jobs: ExportJobs,
  workspaceId: WorkspaceId,
  about: unknown,
): Promise<void> {
  const { exportId } = About.parse(about);
  // One for all steps: memory of that size is given back late, and there would be a lot of it.
  const room = roomForFiles();
  for (let n = 1; n <= STEPS; n += 1) {
    const is = await looked(jobs, workspaceId, exportId);
    if (!is) return;
    const next = is.key ? await step(jobs, { ...is, key: is.key }, room).catch(ifLost) : FAILED;
    const after = await counted(jobs, { ...is, key: is.key }, next, n === STEPS);
    if (!after) return; // somebody else took the step, or ended it
    jobs.announce(told(jobs, after));
    if (!isUnderWay(after)) return;
    await jobs.pause();
  }
}

/** Removes the files of an export that was cancelled, that failed or whose time is over; before that, it waits. */
export async function end(
  jobs: ExportJobs,
  workspaceId: WorkspaceId,
  about: unknown,
): Promise<void> {
  const { exportId } = About.parse(about);
  const { files, clock } = jobs;
  const isOver = await jobs.within(workspaceId, 'own', async ({ exports }) => {
    const record = await exports.find(exportId);
    if (!record || isUnderWay(record)) return false;
    const left = record.expiresAt.getTime() - clock.now().getTime();
    if (record.state === 'ready' && left > 0) {
      await exports.enqueue('privacy.export-end', exportId, left);
      return false;
    }
    if (
      record.state === 'ready' &&
      !(await exports.advance(record, { state: 'expired' }, clock.now()))
    )
      throw new Error('the export changed at that moment'); // it is tried again
    await exports.removeParts(exportId);
    return true;
  });
  if (isOver) await files.removeAll(exportId);
}

/** The subject's key was destroyed or a file is lost, so that it does not open, or who asked may not have it any more. */
const FAILED: Step = { to: { state: 'failed' }, added: [] };

/** Trying again finds no file that is not there or not what was written. */
function ifLost(error: unknown): Step {
  if (error instanceof BrokenFile) return FAILED;
  throw error;
}

async function looked(jobs: ExportJobs, workspaceId: WorkspaceId, id: ExportId) {
  return jobs.within(workspaceId, 'read', async ({ exports, keys, standings }) => {
    const record = await exports.find(id);
    if (!record || !isUnderWay(record)) return null;
    const mayGoOn = await isEntitled(standings, record);
    return { workspaceId, record, key: mayGoOn ? await jobs.files.keyOf(keys, record) : null };
  });
}

async function step(jobs: ExportJobs, underWay: UnderWay, room: Room): Promise<Step> {
  const { workspaceId, record } = underWay;
  if (record.state === 'collecting') return collect(jobs, underWay, room);
  const read = <T>(of: (exports: ExportStore) => Promise<T>) =>
    jobs.within(workspaceId, 'read', ({ exports }) => of(exports));
  const unsettled = await read((exports) => exports.unsettled(record.id));
  if (unsettled.length > 0) return settle(jobs, underWay, unsettled, room);
  return closed(jobs, underWay, await read((exports) => exports.parts(record.id)));
}

/** What was lost long ago must not be in it, whether that went by before closing it or while. */
async function closed(
  jobs: ExportJobs,
  underWay: UnderWay,
  collected: readonly PartRecord[],
): Promise<Step> {
  const { record } = underWay;
  const before = settleAgain(record, jobs.clock.now());
  if (before) return before;
  const last = await finish(jobs, underWay, collected);
  const after = settleAgain(record, jobs.clock.now());
  if (!after) return last;
  for (const part of last.added) await jobs.files.remove(record.id, part.id);
  return after;
}

/** Commits what the step did, or takes its files back. */
async function counted(
  jobs: ExportJobs,
  {
    workspaceId,
    record,
  }: Pick<UnderWay, 'workspaceId' | 'record'> & { readonly key: Buffer | null },
  { to, added, removed = [], settled = [], anew = false }: Step,
  isLast: boolean,
): Promise<ExportRecord | null> {
  const { files, clock } = jobs;
  const done = await jobs.within(workspaceId, 'own', async ({ exports }) => {
    if (!(await exports.advance(record, to, clock.now()))) return null;
    await exports.removeEach(record.id, removed);
    await exports.settle(record.id, settled);
    if (anew) await exports.unsettle(record.id, losable(jobs));
    if (added.length > 0) await exports.addParts(record.id, added);
    const after = { ...record, ...(to as Required<Change>), step: record.step + 1 };
    if (isUnderWay(after) && isLast) await exports.enqueue('privacy.export', record.id);
    if (after.state === 'failed') await exports.enqueue('privacy.export-end', record.id);
    if (after.state === 'ready')
      await exports.enqueue(
        'privacy.export-end',
        record.id,
        after.expiresAt.getTime() - clock.now().getTime(),
      );
    return { after, parts: after.state === 'ready' ? await exports.parts(record.id) : null };
  });
  if (!done) {
    for (const part of added) await files.remove(record.id, part.id);
    return null;
  }
  for (const part of removed) await files.remove(record.id, part.id);
  if (done.parts) await files.removeStrays(record.id, done.parts);
  return done.after;
}

/** The names of what can be lost. */
function losable({ contributors }: ExportJobs): string[] {
  return contributors.flatMap(({ name, settle: ask }) => (ask ? [name] : []));
}

export function isUnderWay({ state }: Pick<ExportRecord, 'state'>): boolean {
  return state === 'collecting' || state === 'settling';
}

/** Collecting is 90 of 100, by contributors; the rest is to hold it against the rights and to close it. */
const COLLECTED = 90;

export function told(
  { contributors }: Pick<ExportJobs, 'contributors'>,
  { id, state, rows, progress, requestedBy: userId }: ExportRecord,
): Told<'export.progress'> {
  const file = state === 'collecting' ? (contributors[progress.contributor]?.name ?? null) : null;
  const collected = Math.floor((progress.contributor / contributors.length) * COLLECTED);
  const percent = state === 'collecting' ? collected : state === 'settling' ? COLLECTED : 100;
  const payload: ReturnType<typeof ExportProgress.parse> = {
    exportId: id,
    state,
    file,
    rows,
    percent,
  };
  return { effect: 'tell', userId, event: 'export.progress', payload };
}

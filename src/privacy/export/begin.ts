/** Begins an export, or finds the one that is under way: asking twice is asking once. */
import type { ExportId, UserId } from '../../contract/index.ts';
import { Refusal, type Effect } from '../../kernel/index.ts';
import type { ExportRecord } from './export-store.ts';
import { KEPT_MS } from './finish.ts';
import type { ExportServices } from './services.ts';

/** Requirement F2: an export is a long job, so nobody begins more of them in an hour, whoever they are about. */
const MOST = 10;
const HOUR_MS = 60 * 60 * 1_000;

export interface Wanted {
  readonly subjectId: UserId;
  readonly requestedBy: UserId;
  readonly reason?: string;
  readonly at: Date;
}

/**
 * Refuses `unavailable` where exports cannot be kept, `rate_limited` after ten in an hour, and `not_found` where nothing
 * of the subject can be opened. Guesses at the password are counted before, with all others.
 */
export async function begin(
  { exports, files, keys, entropy, progressOf }: ExportServices,
  { subjectId, requestedBy, reason, at }: Wanted,
): Promise<{ readonly exportId: ExportId; readonly effects: readonly Effect[] }> {
  if (!files) throw new Refusal('unavailable');
  const before = await exports.underWay(subjectId, requestedBy);
  if (before) {
    await exports.enqueue('privacy.export', before.id); // its job may have been given up
    return { exportId: before.id, effects: [progressOf(before)] };
  }
  const times = await exports.requestTimes(requestedBy, new Date(at.getTime() - HOUR_MS), MOST);
  const [eldest] = times.length < MOST ? [] : times;
  if (eldest) {
    const retryAfterMs = eldest.getTime() + HOUR_MS - at.getTime();
    throw new Refusal('rate_limited', { retryAfterMs });
  }
  const id = entropy.id() as ExportId;
  const keySealed = await files.makeKey(keys, id, subjectId);
  if (!keySealed) throw new Refusal('not_found');
  const sealed = reason === undefined ? null : await files.sealText(keys, id, subjectId, reason);
  const record = {
    ...{ id, subjectId, requestedBy, requestedAt: at, reasonSealed: sealed, keySealed },
    ...{ expiresAt: new Date(at.getTime() + KEPT_MS), endedAt: null },
  };
  const isFirst = await exports.add(record);
  const begun: ExportRecord | null = isFirst
    ? await exports.find(id)
    : await exports.underWay(subjectId, requestedBy); // at the same moment
  if (!begun) throw new Refusal('unavailable');
  if (isFirst) await exports.enqueue('privacy.export', id);
  return { exportId: begun.id, effects: [progressOf(begun)] };
}

/** How old keys in backups may be: receipts of erasures say when the last copy of a key is gone. */
import { basename } from 'node:path';
import type { Clock } from '../../kernel/index.ts';
import { failed, ok, type Finding } from '../doctor/finding.ts';
import { folderOf } from './manifest.ts';
import { artifactsIn } from './reading.ts';

export interface KeyAge {
  readonly clock: Clock;
  /** Milliseconds that keys are kept. */
  readonly keyCopiesMs: number;
}

/** The time as it stands in names. */
export const timeName = (at: Date): string => at.toISOString().replace(/[-:.]/g, '');

/** Of the keys at those paths, the ones that are older; names tell the age. */
export function tooOld(paths: readonly string[], { clock, keyCopiesMs }: KeyAge): string[] {
  const since = folderOf('keys', timeName(new Date(clock.now().getTime() - keyCopiesMs)));
  return paths.filter((path) => basename(path) < since);
}

/** A backup removes them; where none is taken any more, they stay. */
export async function verifyKeyAge(folder: string, age: KeyAge): Promise<Finding> {
  const check = 'backup-keys';
  const all = await artifactsIn(folder, 'keys');
  const old = tooOld(all, age);
  if (old.length === 0) return ok(check, `none of ${all.length} is older than BACKUP_KEY_DAYS`);
  const advice =
    'Receipts of erasures say that they are gone: take a backup, which removes them, or remove them.';
  return failed(check, `older than BACKUP_KEY_DAYS: ${old.join(', ')}`, advice);
}

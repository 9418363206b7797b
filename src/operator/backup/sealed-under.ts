/** Counts the backups in folders by the root key that seals them: a ring without it restores none of them. */
import { artifactsIn, keysBeside, readManifest } from './reading.ts';

/** Where `conclave backup` put its artifacts. */
export interface BackupFolders {
  readonly backups: string;
  /** Of the keys; beside the rows where it is not told. */
  readonly keys?: string | undefined;
}

/**
 * By the name of the root key, rows and keys alike. Throws BrokenBackup for a manifest that is missing, was edited or
 * cannot be read: which root key its artifact needs nobody knows then.
 */
export async function sealedUnder({
  backups,
  keys = keysBeside(backups),
}: BackupFolders): Promise<ReadonlyMap<string, number>> {
  const inBoth = [artifactsIn(backups, 'database'), artifactsIn(backups, 'keys')];
  const found = await Promise.all([...inBoth, artifactsIn(keys, 'keys')]);
  const counts = new Map<string, number>();
  for (const path of new Set(found.flat())) {
    const { rootKey } = await readManifest(path);
    counts.set(rootKey, (counts.get(rootKey) ?? 0) + 1);
  }
  return counts;
}

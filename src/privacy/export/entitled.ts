/** Whether who asked for an export may still have it: somebody else's is for who administers people at that moment. */
import { mayInWorkspace, type Standings } from '../../access/index.ts';
import type { ExportRecord } from './export-store.ts';

/** One's own always; that of another only with what it takes to ask for it, which may be lost since. */
export async function isEntitled(
  standings: Standings,
  { subjectId, requestedBy }: Pick<ExportRecord, 'subjectId' | 'requestedBy'>,
): Promise<boolean> {
  if (subjectId === requestedBy) return true;
  const standing = await standings.inWorkspace(requestedBy);
  return standing !== null && mayInWorkspace(standing, 'user.administer');
}

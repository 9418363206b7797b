/** How operations about exports are declared, and the exports that are their caller's to fetch. */
import type { ExportId } from '../../contract/index.ts';
import { operationsFor, Refusal, type Access, type Actor } from '../../kernel/index.ts';
import { isEntitled } from './entitled.ts';
import type { ExportRecord } from './export-store.ts';
import type { ExportDomain, ExportServices } from './services.ts';

export const operation = operationsFor<ExportServices, ExportDomain>();

/**
 * The export named by `exportId`, for who asked for it; for everybody else it does not exist. Who may not ask for that
 * of others any more does not `have` it either, and may end it all the same.
 */
export function onOwnExport(
  to: 'have' | 'end',
): Access<{ readonly exportId: ExportId }, Actor, ExportRecord, ExportServices> {
  return {
    describe:
      to === 'end'
        ? 'signed in, on an export that the caller asked for'
        : 'signed in, on an export that the caller asked for; about another only with user.administer',
    asks: { of: 'account' },
    audience: 'signed-in',
    workspace: null,
    about: ({ exportId: id }) => ({ kind: 'export', id }),
    async resolve({ input: { exportId }, caller, services: { standings, exports } }) {
      if ((await standings.inWorkspace(caller.userId)) === null)
        throw new Refusal('unauthenticated');
      const record = await exports.find(exportId);
      if (record?.requestedBy !== caller.userId) throw new Refusal('not_found');
      if (to === 'have' && !(await isEntitled(standings, record))) throw new Refusal('not_found');
      return record;
    },
  };
}

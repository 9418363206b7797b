/** Shows which keys there are and what refers to each; what nothing refers to may be destroyed. */
import { command, flag } from '../command.ts';
import { printable } from '../printable.ts';
import { timeOf } from '../style.ts';

export const keys = command({
  name: 'keys',
  summary: 'Show the versions of root and workspace keys, with how much refers to each.',
  options: {
    retire: flag(
      '--retire',
      'Destroy versions of workspace keys that nothing refers to, ten minutes after a newer one took over.',
    ),
  },
  calls: [],
  async *run({ retire }, desk) {
    const operator = await desk.operator();
    yield* operator.keys({ retire });
  },
  words(row, { bold }) {
    const mark = (text: string) => (row.current ? bold(text) : text);
    if (row.of === 'server') {
      const { rootKey, present, current, workspaceKeys, signingKeys } = row;
      const { ledgerLines, receipts, removable } = row;
      const wraps = `wraps ${workspaceKeys} workspace keys and ${signingKeys} signing keys`;
      const lines =
        ledgerLines === null
          ? 'lines of a ledger that is not read here'
          : `${ledgerLines} lines of the ledger of erasures`;
      const signs = `signed ${lines} and ${receipts} receipts`;
      const state = current ? 'current' : present ? 'old' : 'MISSING from the settings';
      const kept = receipts > 0 ? ', once its public key is kept for them (/v1/receipt-keys)' : '';
      const ends = removable === true ? `; it may be removed from the ring${kept}` : '';
      const end =
        removable === null ? '; whether it may be removed is seen where the ledger is' : ends;
      return `${mark(`Root key ${printable(rootKey)}`)} (${state}): ${wraps}, ${signs}${end}`;
    }
    const { version, workspace, createdAt, rootKey, current, retired, references } = row;
    const state = retired ? 'destroyed' : current ? 'current' : 'old';
    const parts = Object.entries({
      'data keys': row.dataKeys,
      'subject keys': row.subjectKeys,
      channels: row.channels,
      filters: row.filters,
      'audit events': row.auditEvents,
      erasures: row.erasures,
      holds: row.holds,
    }).flatMap(([name, count]) => (count > 0 ? [`${count} ${name}`] : []));
    const uses = references === 0 ? 'nothing refers to it' : parts.join(', ');
    const made = `of ${timeOf(createdAt.getTime())}, under root key ${printable(rootKey)}`;
    return `${mark(`Workspace ${workspace}, version ${version}`)} (${state}) ${made}: ${uses}`;
  },
});

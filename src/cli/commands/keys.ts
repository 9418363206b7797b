/** Shows which keys there are and what refers to each; what nothing refers to may be destroyed. */
import { command, flag, text } from '../command.ts';
import { misused } from '../failure.ts';
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
    backups: text('--backups <DIR>', 'Count what backups there are sealed under as well.'),
    backupKeys: text('--backup-keys <DIR>', 'With --backups: where they put their keys.'),
  },
  calls: [],
  async *run({ retire, backups, backupKeys }, desk) {
    if (backupKeys !== undefined && backups === undefined)
      throw misused('Say where the backups are as well: --backups DIR.');
    const operator = await desk.operator();
    const folders = backups === undefined ? undefined : { backups, keys: backupKeys };
    yield* operator.keys({ retire, folders });
  },
  words(row, { bold }) {
    const mark = (text: string) => (row.current ? bold(text) : text);
    if (row.of === 'server') {
      const { rootKey, present, current, workspaceKeys, signingKeys } = row;
      const { ledgerLines, receipts, backups, removable } = row;
      const wraps = `wraps ${workspaceKeys} workspace keys and ${signingKeys} signing keys`;
      const lines =
        ledgerLines === null
          ? 'lines of a ledger that is not read here'
          : `${ledgerLines} lines of the ledger of erasures`;
      const seals = backups === null ? '' : `, seals ${backups} backups`;
      const signs = `signed ${lines} and ${receipts} receipts${seals}`;
      const state = current ? 'current' : present ? 'old' : 'MISSING from the settings';
      const kept = receipts > 0 ? ', once its public key is kept for them (/v1/receipt-keys)' : '';
      const unseen = backups === null ? '; backups under it need it (--backups DIR)' : '';
      const ends = removable === true ? `; it may be removed from the ring${kept}${unseen}` : '';
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

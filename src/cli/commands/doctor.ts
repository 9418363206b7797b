/** The doctor under its own name: the settings, or, with --verify, the rows of the live server. */
import { command, flag, text } from '../command.ts';
import { misused } from '../failure.ts';
import { findingLine, throughout } from './admin/doctor.ts';

export const doctor = command({
  name: 'doctor',
  summary: 'Check the settings of the server, or the rows that it has.',
  options: {
    production: flag('--production', 'By what production demands, whatever NODE_ENV is.'),
    verify: flag(
      '--verify',
      'Hold the rows of the server, which may run, against what must hold of them. Needs the login that owns the tables.',
    ),
    backupKeys: text(
      '--backup-keys <DIR>',
      'With --verify: where backups put their keys; none may be older than BACKUP_KEY_DAYS.',
    ),
  },
  calls: [],
  async *run({ production, verify, backupKeys }, desk) {
    if (backupKeys !== undefined && !verify)
      throw misused('Say --verify as well: conclave doctor --verify --backup-keys DIR.');
    yield* throughout(
      verify ? (await desk.keeper()).verify(backupKeys) : desk.examine({ production }),
    );
  },
  words: findingLine,
});

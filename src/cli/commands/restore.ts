/** Puts a backup into a database that holds nothing; nothing is touched before all of it was checked. */
import { command, flag, text } from '../command.ts';
import { misused } from '../failure.ts';

export const restore = command({
  name: 'restore',
  summary: 'Put a backup into the database of the settings, which must hold nothing.',
  options: {
    from: text('--from <DIR>', 'A backup, or a folder of them, of which the newest is taken.'),
    keys: text('--keys <DIR>', 'Its keys, or a folder of them; otherwise those beside the backup.'),
    replace: text(
      '--replace <DATABASE>',
      'The name of the database, if all that it holds may go for good.',
    ),
    keepSessions: flag(
      '--keep-sessions',
      'For a move, where the backup was the last thing that the old server did: nobody has to sign in again.',
    ),
  },
  calls: [],
  async *run({ from, keys, replace, keepSessions }, desk) {
    if (from === undefined) throw misused('Say which one: conclave restore --from DIR.');
    const keeper = await desk.keeper();
    for await (const step of keeper.restore({ from, keys, replace, keepSessions }))
      if (desk.output.json || step.is !== 'checked') yield step;
  },
  words(step) {
    if (step.is === 'checked') return `checked ${step.name}`;
    if (step.is === 'loaded') return `${step.name}: ${step.rows} rows`;
    const { takenAt, epoch, sessions, heads } = step;
    const erased = Object.values(heads).reduce((sum, { seq }) => sum + seq, 0);
    return [
      `The database is as it was at ${takenAt}; clients start over, in epoch ${epoch}.`,
      sessions > 0
        ? `${sessions} sessions were ended: everybody signs in again.`
        : 'Nobody was signed out.',
      `What was decided after ${takenAt} is undone: look through locks, roles, invitations and bans, and rotate the signing keys if that was done since.`,
      `Start it with the newest ledger of erasures (ERASURE_LEDGER_FILE), which had ${erased} entries then: whoever was erased since is erased again before it serves.`,
      `Passwords that were changed after ${takenAt} are good again: whoever changed theirs because somebody knew it has to change it once more.`,
    ].join('\n');
  },
});

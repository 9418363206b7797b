/** Checks backups where they lie: no server is needed, and without the root keys what is inside stays sealed. */
import { trustedKeys } from '../archive/public-keys.ts';
import { command, text, word } from '../command.ts';

const SIGNERS = {
  ours: 'signed by this server',
  given: 'signed with the key that was given',
  unknown: 'signed by nobody that is known here: compare the public key',
};

export const backupVerify = command({
  name: 'backup verify',
  summary: 'Check a backup, or all of a folder; with the settings of the server also inside.',
  arguments: { folder: word('DIR', 'A backup, its keys, or the folder they are in.') },
  options: {
    keys: text('--keys <DIR>', 'Its keys, or a folder of them; otherwise `keys` in the folder.'),
    publicKeys: text(
      '--public-keys <FILE>',
      'One of these must have signed it: what GET /v1/receipt-keys of the server gives.',
    ),
    signedBy: text('--signed-by <KEY>', 'The public key that it must be signed with, or its id.'),
  },
  calls: [],
  async *run({ folder, keys, ...named }, desk) {
    const trusted = await trustedKeys({ key: named.signedBy, keys: named.publicKeys });
    const keeper = await desk.keeper();
    yield* keeper.check(folder, trusted, keys);
  },
  words({ path, kind, takenAt, rows, bytes, signedBy, publicKey, opened }, { green, dim }) {
    const inside = opened ? 'every row was opened' : 'the rows stay sealed';
    return [
      `${green('whole')} ${path}`,
      `  ${kind === 'keys' ? 'the keys' : 'the rows'} of ${takenAt}, ${rows} rows in ${bytes} bytes; ${inside}`,
      dim(`  ${SIGNERS[signedBy]} (${publicKey})`),
    ].join('\n');
  },
});

/** Verifies an export offline: it asks no server, needs no account and changes nothing. */
import { command, text, word } from '../command.ts';
import { KEYS_OPTION, trustedKeys } from '../archive/public-keys.ts';
import { NotGenuine, verifyExport } from '../archive/verify.ts';
import { Failure, inTheWay } from '../failure.ts';
import { printable } from '../printable.ts';

export const verifyExportCommand = command({
  name: 'verify-export',
  summary: 'Verify an export of personal data: that it is whole, unchanged, and who signed it.',
  arguments: { file: word('FILE', 'The ZIP archive.') },
  options: {
    key: text(
      '--key <KEY>',
      'The public key of the server, or its id; without it, the one that the file names.',
    ),
    keys: KEYS_OPTION,
  },
  calls: [],
  async *run({ file, key, keys }) {
    const trusted = await trustedKeys({ key, keys });
    try {
      const { manifest, kid, publicKey } = await verifyExport(file, trusted);
      const { exportId, userId, finishedAt, counts, files } = manifest;
      const rows = Object.values(counts).reduce((sum, count) => sum + count, 0);
      const proved = { genuine: trusted !== null, whole: true };
      yield {
        file,
        ...proved,
        exportId,
        userId,
        finishedAt,
        files: files.length,
        rows,
        kid,
        publicKey,
      };
    } catch (error) {
      if (error instanceof NotGenuine) {
        const sentence = `${printable(file)} is not genuine. ${printable(error.message)}`;
        throw new Failure({ exit: 'refused', code: 'not_genuine', sentence });
      }
      const code = error instanceof Error && 'code' in error ? String(error.code) : 'unknown';
      throw inTheWay('unreadable', `${printable(file)} cannot be read (${code}).`);
    }
  },
  words({ file, exportId, userId, finishedAt, files, rows, kid, genuine }, { green, bold, dim }) {
    const at = new Date(finishedAt).toISOString().replace('T', ' ').slice(0, 16);
    return [
      `${green('Whole and unchanged:')} ${bold(printable(file))}, ${files} files with ${rows} entries.`,
      dim(`Export ${exportId} of account ${userId}, made ${at} UTC.`),
      genuine
        ? `Signed by the key that was named, ${kid}.`
        : `Signed by the key ${kid}. Whose it is, only --keys with the keys of the server proves.`,
    ].join('\n');
  },
});

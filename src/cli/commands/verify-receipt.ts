/** Checks a receipt of an erasure with the server's public key alone: no server is asked, and none is believed. */
import { verifyDocument } from '../../crypto/signed-document.ts';
import { ErasureReceipt } from '../../contract/index.ts';
import { jsonIn, KEYS_OPTION, publicKeysIn } from '../archive/public-keys.ts';
import { command, word } from '../command.ts';
import { inTheWay, misused } from '../failure.ts';
import { printable } from '../printable.ts';

const WRONG = {
  unsigned: 'The receipt bears no signature.',
  'unknown-key': 'The receipt is signed by a key that is not among those in --keys.',
  forged: 'The receipt is not what was signed: something in it was changed.',
} as const;

export const verifyReceipt = command({
  name: 'verify-receipt',
  summary: 'Check the receipt of an erasure, without a server.',
  arguments: { file: word('FILE', 'The receipt, as erasure.read gave it.') },
  options: { keys: KEYS_OPTION },
  calls: [],
  async *run({ file, keys }) {
    if (keys === undefined) throw misused('Say whom to believe: --keys FILE.');
    const trusted = await publicKeysIn(keys);
    const given = await jsonIn(file);
    const verdict = verifyDocument('erasure-receipt', given, trusted);
    if (verdict !== 'valid') throw inTheWay(`receipt_${verdict.replace('-', '_')}`, WRONG[verdict]);
    const receipt = ErasureReceipt.safeParse(given);
    if (!receipt.success)
      throw inTheWay('receipt_unknown', 'The receipt is signed, and of another version than this.');
    yield receipt.data;
  },
  words({ subjectId, channelId, keysDestroyedAt, lastKeyCopyExpiresAt, held, ...more }) {
    const time = (at: number) => new Date(at).toISOString();
    const { keysDestroyed, ledger, rows } = more;
    const count = rows.reduce((sum, one) => sum + one.rows, 0);
    return [
      'The signature is right.',
      `Erased: ${subjectId}${channelId === null ? '' : `, what they wrote in channel ${channelId}`}`,
      `Keys destroyed: ${keysDestroyed.subject + keysDestroyed.data}, at ${time(keysDestroyedAt)}`,
      `Rows changed or removed: ${count}; entry ${ledger.seq} of the ledger`,
      `Last copy of the keys in a backup: until ${time(lastKeyCopyExpiresAt)}`,
      ...held.map(({ channelId: id }) => `Kept by a legal hold: in channel ${id}`),
      ...more.beyondReach.map((what) => `Not reached: ${printable(what)}`),
    ].join('\n');
  },
});

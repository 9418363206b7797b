/** Checks a receipt of an erasure with the server's public key alone: no server is asked, and none is believed. */
import { ErasureReceipt } from '../../contract/index.ts';
import { KEYS_OPTION } from '../archive/public-keys.ts';
import { verifiedIn } from '../archive/verified.ts';
import { command, word } from '../command.ts';
import { printable } from '../printable.ts';

export const verifyReceipt = command({
  name: 'verify-receipt',
  summary: 'Check the receipt of an erasure, without a server.',
  arguments: { file: word('FILE', 'The receipt, as erasure.read gave it.') },
  options: { keys: KEYS_OPTION },
  calls: [],
  async *run(given) {
    yield await verifiedIn(
      { kind: 'erasure-receipt', noun: 'receipt', shape: ErasureReceipt },
      given,
    );
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

/** Gets the receipt of one's erasure, for the token that was given with it: nobody has to be signed in, or can be. */
import { receiptOf, receiptTokenIn } from '../archive/receipt-of.ts';
import { command, flag, text } from '../command.ts';
import { readAll, secretFrom } from '../credentials.ts';
import { Failure, misused } from '../failure.ts';
import { privateFile } from '../private-file.ts';
import { printable } from '../printable.ts';

const TOKEN_BYTES = 1_024;

export const meReceipt = command({
  name: 'me receipt',
  summary: 'Get the signed receipt of your erasure, with the token that me erase gave you.',
  options: {
    tokenFile: text('--token-file <FILE>', 'Read the token from the first line of a file.'),
    tokenStdin: flag('--token-stdin', 'Read the token from standard input.'),
    out: text('--out <FILE>', 'Where to put the receipt; standard output if left out.'),
  },
  calls: ['receipt.fetch'],
  async *run({ tokenFile, tokenStdin, out }, desk) {
    if ((tokenFile === undefined) === !tokenStdin)
      throw misused('Give --token-file or --token-stdin, one of them.');
    const { stdin } = desk.surroundings;
    const given =
      tokenFile === undefined ? await readAll(stdin, TOKEN_BYTES) : secretFrom(tokenFile);
    const token = receiptTokenIn(given.trim());
    const file = out === undefined ? null : await privateFile(out);
    try {
      const { state, receipt } = await receiptOf(desk, token);
      if (!receipt) throw pending();
      await file?.write(`${JSON.stringify(receipt)}\n`);
      yield { state, file: out ?? null, receipt };
    } catch (error) {
      await file?.remove();
      throw error;
    }
  },
  words: ({ state, file, receipt }, { bold, dim }) =>
    file === null
      ? JSON.stringify(receipt)
      : [
          `${bold(printable(file))}: the receipt${state === 'done' ? '' : ' of what was erased so far'}.`,
          dim(`Check it at any time: conclave verify-receipt ${printable(file)} --keys FILE`),
        ].join('\n'),
  json: ({ receipt }) => receipt,
});

function pending(): Failure {
  return new Failure({
    exit: 'refused',
    code: 'receipt_pending',
    sentence: 'Not all is erased yet. Ask again later.',
  });
}

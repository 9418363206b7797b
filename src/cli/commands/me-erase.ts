/** Asks that one be erased, says before what that means, takes it back, and gives the receipt to who has no account then. */
import type { InputOf, OutputOf } from '../../client/index.ts';
import { progressBar } from '../archive/progress-bar.ts';
import { receiptSoon } from '../archive/receipt-of.ts';
import { command, flag, text } from '../command.ts';
import { passwordFrom } from '../credentials.ts';
import type { Desk } from '../desk.ts';
import { Failure, misused } from '../failure.ts';
import { privateFile } from '../private-file.ts';
import { printable } from '../printable.ts';
import { ENTERING } from './entrance-options.ts';

type Calls =
  'privacy.mine' | 'erasure.request' | 'erasure.read' | 'erasure.cancel' | 'receipt.fetch';
type Receipt = OutputOf<'receipt.fetch'>['receipt'];

interface Row {
  readonly state: 'none' | 'cancelled' | OutputOf<'erasure.read'>['state'];
  readonly erasureId: string | null;
  /** Until then it can be taken back. */
  readonly dueAt: number | null;
  /** Only when it was asked for just now. */
  readonly receiptToken?: string;
  readonly tokenFile?: string;
  readonly receipt?: Receipt;
}

const WORD = 'erase';

export const meErase = command({
  name: 'me erase',
  summary: 'Have your account and everything you wrote erased, for good.',
  options: {
    yes: flag('--yes', 'Do not ask whether you mean it.'),
    status: flag('--status', 'Say how far it is, and ask for nothing.'),
    cancel: flag('--cancel', 'Take it back, as long as it has not begun.'),
    tokenFile: text(
      '--token-file <FILE>',
      'Where to put the token for the receipt; it is printed if left out.',
    ),
    passwordStdin: ENTERING.passwordStdin,
    passwordFile: ENTERING.passwordFile,
  },
  calls: ['privacy.mine', 'erasure.request', 'erasure.read', 'erasure.cancel', 'receipt.fetch'],
  async *run({ yes, status, cancel, tokenFile, ...secret }, desk): AsyncGenerator<Row> {
    if (status && cancel) throw misused('Say --status or --cancel, not both.');
    const { open, graceMs } = await underWay(desk);
    if (status || cancel) {
      yield cancel ? await cancelled(desk, open) : (open ?? NONE);
      return;
    }
    if (open) throw asked(open);
    if (!yes) await meant(desk, graceMs);
    const { stdin } = desk.surroundings;
    const password = await passwordFrom(secret, { ask: desk.ask, stdin }, { isNew: false });
    yield* requested(desk, { password, tokenFile, beginsAtOnce: graceMs === 0 });
  },
  words(row, { bold, dim, green }) {
    const { state, erasureId, dueAt, receiptToken, tokenFile, receipt } = row;
    if (state === 'none') return 'You have asked for no erasure.';
    if (state === 'cancelled') return 'It is taken back: nothing was erased.';
    if (receipt) {
      const count = receipt.rows.reduce((sum, { rows }) => sum + rows, 0);
      return `${green('You are erased:')} ${count} rows, with the keys that they were sealed under.`;
    }
    const until = dueAt === null ? '' : new Date(dueAt).toISOString().slice(0, 16);
    return [
      `Your erasure ${erasureId ?? ''} is ${state}. ${
        state === 'waiting'
          ? `Until ${bold(`${until.replace('T', ' ')} UTC`)} take it back with: conclave me erase --cancel`
          : ''
      }`.trim(),
      ...(receiptToken === undefined
        ? []
        : [`Token for the receipt, shown this once: ${bold(receiptToken)}`]),
      ...(tokenFile === undefined
        ? []
        : [`The token for the receipt is in ${bold(printable(tokenFile))}.`]),
      ...((receiptToken ?? tokenFile)
        ? [
            dim(
              'When you are erased you have no account: get the receipt with conclave me receipt.',
            ),
          ]
        : []),
    ].join('\n');
  },
});

const NONE: Row = { state: 'none', erasureId: null, dueAt: null };

/** The open erasure of all that the caller is, among their requests, and how long one can be taken back. */
async function underWay({ call }: Desk<Calls>): Promise<{ open: Row | null; graceMs: number }> {
  let open: Row | null = null;
  let from: InputOf<'privacy.mine'> | null = {};
  let graceMs = 0;
  while (from) {
    const page: OutputOf<'privacy.mine'> = await call('privacy.mine', from);
    graceMs = page.erasureGraceMs;
    for (const { requestId, kind, state } of page.requests) {
      if (kind !== 'erasure' || state === 'done') continue;
      const found = await call('erasure.read', { erasureId: String(requestId) });
      if (found.channelId === null) open = { ...NONE, ...shown(found) };
    }
    from = page.next && { after: page.next };
  }
  return { open, graceMs };
}

function shown({ erasureId, state, dueAt }: OutputOf<'erasure.read'>): Row {
  return { erasureId, state, dueAt };
}

async function cancelled({ call }: Desk<Calls>, open: Row | null): Promise<Row> {
  if (open?.erasureId == null) return NONE;
  await call('erasure.cancel', { erasureId: open.erasureId });
  return { ...open, state: 'cancelled' };
}

/** Says what will happen, and has it confirmed by a word: a habit of pressing Enter erases nobody. */
async function meant({ ask, server }: Desk<Calls>, graceMs: number): Promise<void> {
  if (!ask.possible)
    throw misused('There is no terminal to ask on. Give --yes if you mean it.', 'no_terminal');
  ask.tell(
    [
      `Everything that ${printable(server)} keeps about you is erased: your account, what you wrote, your exports.`,
      'The keys that it is sealed under are destroyed, so that no backup brings it back. Nobody can undo that.',
      'What others wrote about you, and what their devices have kept, stays.',
      graceMs === 0
        ? 'It begins at once, and cannot be taken back.'
        : `It begins in ${days(graceMs)}. Until then you can sign in and take it back: conclave me erase --cancel`,
    ].join('\n'),
  );
  if ((await ask.text(`Type ${WORD} to go on`)) === WORD) return;
  throw new Failure({ exit: 'usage', code: 'not_meant', sentence: 'Nothing was asked for.' });
}

function days(milliseconds: number): string {
  const count = Math.round(milliseconds / (24 * 60 * 60 * 1_000));
  return count === 1 ? 'a day' : `${count} days`;
}

interface Asking {
  readonly password: string;
  readonly tokenFile: string | undefined;
  readonly beginsAtOnce: boolean;
}

async function* requested(
  desk: Desk<Calls>,
  { password, tokenFile, beginsAtOnce }: Asking,
): AsyncGenerator<Row> {
  const { client } = await desk.connected();
  const bar = progressBar(desk.output, desk.surroundings.stderr);
  const unlisten = client.listen('erasure.progress', ({ step, steps }) => {
    bar.show({ percent: Math.floor((step / steps) * 100), rows: step, file: `of ${steps} steps` });
  });
  const file = tokenFile === undefined ? null : await privateFile(tokenFile);
  try {
    const begun = await desk.call('erasure.request', { password }).catch(async (error: unknown) => {
      await file?.remove();
      throw error;
    });
    const { erasureId, dueAt, receiptToken } = begun;
    await file?.write(`${receiptToken}\n`);
    const where = tokenFile === undefined ? { receiptToken } : { tokenFile };
    yield { erasureId, dueAt, state: 'waiting', ...where };
    if (!beginsAtOnce) return;
    const { receipt } = await receiptSoon(desk, receiptToken);
    bar.end();
    if (receipt) yield { erasureId, dueAt, state: 'done', receipt };
  } finally {
    bar.end();
    unlisten();
  }
}

function asked({ erasureId, state }: Row): Failure {
  return new Failure({
    exit: 'refused',
    code: 'erasure_open',
    sentence: `Your erasure ${erasureId ?? ''} is ${state} already. See --status and --cancel.`,
  });
}

/** Asks for the receipt of an erasure with its token alone, and waits for it where it is to be there soon. */
import type { OutputOf } from '../../client/index.ts';
import { ReceiptToken } from '../../contract/privacy.ts';
import type { Desk } from '../desk.ts';
import { misused } from '../failure.ts';

type Receipt = OutputOf<'receipt.fetch'>;

/** Soon at first: of who has written little it takes a second. Ten a minute are let through from one address. */
const FIRST_MS = 1_000;
const LONGEST_MS = 7_000;

/** Throws Failure `usage` for a text that is no such token. */
export function receiptTokenIn(text: string): ReceiptToken {
  const { data } = ReceiptToken.safeParse(text);
  if (!data) throw misused('That is no token of a receipt: they begin with ce1.');
  return data;
}

/** What there is of it now. Throws Failure. */
export async function receiptOf(desk: Pick<Desk, 'dial'>, token: ReceiptToken): Promise<Receipt> {
  const line = desk.dial();
  return line.yes(await line.client.call('receipt.fetch', { token }));
}

/** Asks until it is done. Throws Failure. */
export async function receiptSoon(
  { dial, surroundings }: Pick<Desk, 'dial' | 'surroundings'>,
  token: ReceiptToken,
): Promise<Receipt> {
  const { machine, interrupted } = surroundings;
  const line = dial();
  const pause = (milliseconds: number) =>
    new Promise<void>((resolve) => {
      const callOff = machine.later(milliseconds, resolve);
      interrupted.addEventListener('abort', () => {
        callOff();
        resolve();
      });
    });
  for (let wait = FIRST_MS; ; wait = Math.min(2 * wait, LONGEST_MS)) {
    await pause(wait);
    const outcome = await line.client.call('receipt.fetch', { token });
    if (outcome.ok && outcome.data.state === 'done') return outcome.data;
    if (interrupted.aborted) return line.yes(outcome);
    if (!outcome.ok && outcome.refusal.code !== 'rate_limited') throw line.no(outcome.refusal);
  }
}

/** The ledger of consents as processing asks it: the one place where a proof of consent is made. */
import type { ConsentPurpose, UserId } from '../../contract/index.ts';
import type { Consented, Consents } from '../../kernel/index.ts';
import type { ConsentStore, Granted } from './consent-store.ts';
import type { Purposes } from './purposes.ts';

/** Asks the rows each time: what was withdrawn on whatever node is so from its commit on, and nothing is remembered. */
export function consents(
  store: Pick<ConsentStore, 'granted'>,
  purposes: Pick<Purposes, ConsentPurpose>,
): Consents {
  async function ask<P extends ConsentPurpose>(
    purpose: P,
    userId: UserId | null,
  ): Promise<readonly Consented<P>[]> {
    const granted = await store.granted(purpose, purposes[purpose].version, userId);
    return granted.map((one: Granted) => one as Consented<P>);
  }
  return {
    async of(purpose, userId) {
      const [consented] = await ask(purpose, userId);
      return consented ?? null;
    },
    all: (purpose) => ask(purpose, null),
  };
}

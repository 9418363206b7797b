/** The signing keys of all nodes: those that were published, and before the first of them those of the settings. */
import type { KeyObject } from 'node:crypto';
import type { Clock } from '../kernel/index.ts';
import type { KeyPair, SigningKeySeals } from './sealed-signing-key.ts';
import type { SigningKeyRow, SigningKeyRows } from './signing-key-store.ts';
import { publicJwk, type JwkSet, type SigningKeys } from './signing-keys.ts';

export interface PublishedKeys extends SigningKeys {
  /**
   * Reads what is published. To be called with each read of the lease: whoever serves has then known every key for
   * a second before the first token bears it. Throws when the database cannot be asked, or when keys are published
   * and none that signs can be opened.
   */
  readonly read: () => Promise<void>;
}

/** What a node notices of published keys; `kid`s are no secret. */
export type KeyNotice = (what: 'published' | 'broken', kid: string) => void;

interface Parts {
  /** Signs until the first published key does, and verifies as long as that one says. */
  readonly seed: SigningKeys;
  readonly rows: SigningKeyRows;
  readonly seals: SigningKeySeals;
  readonly clock: Clock;
  readonly notice: KeyNotice;
}

/** Times are milliseconds of the monotonic clock. */
interface Span {
  readonly from: number;
  readonly until: number;
}

interface Known extends KeyPair, Span {
  readonly jwk: JwkSet['keys'][number];
}

/** Of the seed, while nothing is published. */
const ALWAYS: Span = { from: -Infinity, until: Infinity };

export function publishedKeys({ seed, rows, seals, clock, notice }: Parts): PublishedKeys {
  let known: readonly Known[] = [];
  let seedSpan = ALWAYS;
  /** By their sealed bytes, so that a row that was changed is opened anew. */
  let opened: ReadonlyMap<string, KeyPair | null> = new Map();
  let isFirstRead = true;

  const isGood = ({ until }: Span) => until > clock.monotonic();

  function openedOf(row: SigningKeyRow): KeyPair | null {
    const before = opened.get(nameOf(row));
    if (before !== undefined) return before;
    const pair = seals.open(row);
    if (!pair || !isFirstRead) notice(pair ? 'published' : 'broken', row.kid);
    return pair;
  }

  function current(): Pick<KeyPair, 'kid' | 'key'> {
    const now = clock.monotonic();
    const signing = known.findLast(({ from }) => from <= now);
    if (signing) return signing;
    if (isGood(seedSpan)) return seed.current;
    throw new Error('None of the published signing keys opens under the root keyring.');
  }

  return {
    get current() {
      return current();
    },
    publicKey(kid): KeyObject | undefined {
      const published = known.find((one) => one.kid === kid);
      if (published) return isGood(published) ? published.publicKey : undefined;
      return isGood(seedSpan) ? seed.publicKey(kid) : undefined;
    },
    publicSet() {
      const keys = isGood(seedSpan) ? seed.publicSet().keys : [];
      return { keys: [...keys, ...known.filter(isGood).map(({ jwk }) => jwk)] };
    },
    async read() {
      const found = await rows.all();
      // By the database's clock, whatever that of this machine says: a key must not sign early. Taken after the
      // answer came, its time can only be behind.
      const here = (time: number) => time - found.now + clock.monotonic();
      const pairs = new Map(found.rows.map((row) => [nameOf(row), openedOf(row)]));
      known = found.rows.flatMap((row, place) => {
        const pair = pairs.get(nameOf(row));
        const until = here(endBefore(found.rows.slice(place + 1)));
        const jwk = pair && publicJwk(pair.kid, pair.publicKey);
        return pair && jwk ? [{ ...pair, jwk, from: here(row.signsFrom), until }] : [];
      });
      opened = pairs;
      seedSpan = seedSpanOf(found.rows, here);
      isFirstRead = false;
      current(); // a node that could sign nothing must not serve
    },
  };
}

/** Until when those before all of these verify: usually the first of these says it, but one may end all at once. */
function endBefore(later: readonly SigningKeyRow[]): number {
  return Math.min(...later.map(({ earlierUntil }) => earlierUntil));
}

/** The settings' keys come before the first key that was ever published, and are over where that one is over. */
function seedSpanOf(rows: readonly SigningKeyRow[], here: (time: number) => number): Span {
  const [oldest] = rows;
  if (!oldest) return ALWAYS;
  return { from: -Infinity, until: oldest.number === 1 ? here(endBefore(rows)) : -Infinity };
}

function nameOf({ number, kid, sealed }: SigningKeyRow): string {
  return `${number} ${kid} ${Buffer.from(sealed).toString('base64')}`;
}

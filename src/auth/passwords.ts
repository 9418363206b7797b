/** Passwords are verified whole, and at the same price whether or not there is an account to verify against. */
import { createHmac } from 'node:crypto';
import type { Keyring } from '../crypto/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { AccountRow, PasswordColumns } from './account-store.ts';

export { PasswordText } from '../contract/index.ts';

/** bcrypt at a configured cost; all refuse `rate_limited` rather than queue without end. */
export interface PasswordHasher {
  admit<T>(work: () => Promise<T>): Promise<T>;
  hash(text: string): Promise<string>;
  matches(text: string, hash: string): Promise<boolean>;
}

export interface Passwords {
  /** Carries out what needs a hash, or refuses `rate_limited` at once: a storm is turned away before it costs a look-up. */
  readonly admit: <T>(work: () => Promise<T>) => Promise<T>;
  /** One hash, under the current pepper. */
  readonly make: (password: string) => Promise<PasswordColumns>;
  /** One comparison in any case; false when nothing is stored. */
  readonly check: (password: string, stored: PasswordColumns | null) => Promise<boolean>;
  /** True when a new hash of the same password would be stronger: another pepper, or another cost. */
  readonly isStale: (stored: PasswordColumns) => Promise<boolean>;
}

export function passwords(hasher: PasswordHasher, peppers: Keyring, entropy: Entropy): Passwords {
  /**
   * bcrypt reads 72 bytes and stops at a NUL. The HMAC gives it 64 characters of base64 that depend on every
   * byte of the password (OWASP Password Storage: pre-hash with HMAC-SHA-384 and a pepper, then base64).
   */
  const prehashed = (password: string, pepper: string): string =>
    createHmac('sha384', peppers.key(pepper)).update(password.normalize('NFC')).digest('base64');

  let decoy: Promise<string> | null = null;
  /** What unknown accounts are compared with: the hash of a password nobody knows, of the same cost as new ones. */
  async function unknowable(): Promise<string> {
    decoy ??= hasher.hash(entropy.bytes(48).toString('base64'));
    try {
      return await decoy;
    } catch (error) {
      decoy = null; // the pool was full: make it at the next attempt
      throw error;
    }
  }

  return {
    admit: (work) => hasher.admit(work),
    async make(password) {
      const passwordHash = await hasher.hash(prehashed(password, peppers.current));
      return { passwordHash, passwordPepper: peppers.current };
    },
    async check(password, stored) {
      const other = await unknowable(); // before anything depends on whether there is an account
      const text = prehashed(password, stored?.passwordPepper ?? peppers.current);
      const matches = await hasher.matches(text, stored?.passwordHash ?? other);
      return matches && stored !== null;
    },
    async isStale({ passwordHash, passwordPepper }) {
      const cost = costOf(await unknowable());
      return passwordPepper !== peppers.current || costOf(passwordHash) !== cost;
    },
  };
}

/** What the account's password is stored as; null for one that nobody can sign in to with a password. */
export function passwordOf({ passwordHash, passwordPepper }: AccountRow): PasswordColumns | null {
  return passwordHash !== null && passwordPepper !== null ? { passwordHash, passwordPepper } : null;
}

/** `$2b$12$…`: the cost is the third field. */
function costOf(hash: string): string | undefined {
  return hash.split('$')[2];
}

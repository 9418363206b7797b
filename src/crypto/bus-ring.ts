/** The keys of what nodes say to each other: derived from the root keyring, or a ring of their own that rotates without it. */
import { Secret } from '../kernel/index.ts';
import { derivedRing, keyring, type Keyring, type KeyringText } from './keyring.ts';

/** Stands in the place of a key for those derived from the root keyring: the way from one to the other, and back. */
export const DERIVED = 'derived';

/**
 * `own` is a keyring in which a key may be `derived`. Without it, all keys are derived. Packets name their key by its
 * name, so keys of the ring are never taken for derived ones of the same name: a key that is not here is `unknown-key`.
 */
export function busRing(root: Keyring, own: Secret<KeyringText> | undefined): Keyring {
  const derived = derivedRing(root, 'bus');
  if (!own) return derived;
  const { current, keys } = own.reveal();
  const listed = Object.entries(keys);
  const ringed = listed.filter(([, key]) => key !== DERIVED);
  const sealsByRing = keys[current] !== DERIVED;
  const nameOf = (name: string) => `bus key ${name}`;
  const ring = keyring(
    new Secret({
      current: nameOf(current),
      keys: Object.fromEntries(ringed.map(([name, key]) => [nameOf(name), key])),
    }),
  );
  const accepted = ringed.length < listed.length ? derived.names : [];
  return {
    current: sealsByRing ? ring.current : derived.current,
    names: [...ring.names, ...accepted],
    key: (name) => (accepted.includes(name) ? derived : ring).key(name),
  };
}

/** Keys and sealed bytes: everything that is encrypted at rest is sealed and opened here. */
export { digests, type DigestPurpose, type Digests } from './digest.ts';
export { envelope, open, type Envelope, type Place } from './envelope.ts';
export { keyring, type Keyring, type KeyringText } from './keyring.ts';
export { keyRows, type KeyRows } from './store.ts';
export { BrokenKey, Vault } from './vault.ts';

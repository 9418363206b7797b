/** Keys and sealed bytes: everything that is encrypted at rest is sealed and opened here. */
export { busRing } from './bus-ring.ts';
export { documentSigner, type DocumentSigner, type Signature } from './document-signer.ts';
export { keyErasure } from './erasure-store.ts';
export { digests, type DigestPurpose, type Digests } from './digest.ts';
export { envelope, open, type Envelope, type Place } from './envelope.ts';
export { BrokenFile, openFile, sealFile } from './file-seal.ts';
export {
  derivedRing,
  digestOf,
  KEY_BYTES,
  keyring,
  type Keyring,
  type KeyringText,
} from './keyring.ts';
export { PACKET_BYTES, packets, type PacketFault, type Packets } from './packets.ts';
export {
  everyWorkspace,
  rootKeysInUse,
  rotationRows,
  type KeyUse,
  type RootKeyUse,
} from './rotation-store.ts';
export { rotateWorkspaceKey, type RotationProgress } from './rotation.ts';
export { textPlace, type TextName } from './places.ts';
export { publicKeyOf, verifyDocument } from './signed-document.ts';
export { BrokenStream, openingStream, sealingStream } from './sealed-stream.ts';
export { keyRows, type DataKeyName, type KeyRows, type WrappedKey } from './store.ts';
export { BrokenKey, unlessBroken, Vault } from './vault.ts';

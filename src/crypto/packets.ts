/** Seals what nodes say to each other: a packet opens once, soon, on its own channel and under a key of the ring, or not at all. */
import sodium from 'libsodium-wrappers';
import type { Clock, Entropy } from '../kernel/index.ts';
import { associatedData } from './envelope.ts';
import { digestOf, type Keyring } from './keyring.ts';
import { ReplayWindows } from './replay.ts';

await sodium.ready;

/** Why a packet was dropped. `own`: this node sent it. */
export type PacketFault =
  'own' | 'malformed' | 'oversized' | 'unknown-key' | 'forged' | 'stale' | 'replayed';

export interface Packets {
  /** The payload as this node's next packet on the channel. */
  seal(channel: string, payload: Uint8Array): Buffer;
  /** The payload, or why the packet is dropped; never throws, whatever the bytes are. */
  open(channel: string, packet: Buffer): Buffer | PacketFault;
}

export interface PacketsOptions {
  /** Keys of this purpose only: `busRing(root, …)`. */
  readonly ring: Keyring;
  /** Names this node; the same after a restart. */
  readonly node: string;
  readonly clock: Clock;
  readonly entropy: Entropy;
}

/** Longest packet that is looked at, in bytes. */
export const PACKET_BYTES = 64 * 1024;
/** Layout: format (1) | key (4) | node (8) | nonce (24: boot 12, milliseconds 6, counter 6) | ciphertext and tag. */
const FORMAT = 1;
const KEY_AT = 1;
const NODE_AT = 5;
const NONCE_AT = 13;
const BOOT_BYTES = 12;
const TIME_AT = NONCE_AT + BOOT_BYTES;
const COUNTER_AT = TIME_AT + 6;
const HEAD_BYTES = NONCE_AT + 24;
const TAG_BYTES = 16;
/** A packet older than this, or from a clock further ahead, is dropped: nodes keep their clocks by NTP. */
const AGE_MS = 30_000;

/**
 * XChaCha20-Poly1305. The nonce asks no generator: 96 random bits per boot, the time and a counter that only rises
 * never repeat under one key. Bound besides it: channel, node and boot, so that a packet is of no use elsewhere.
 */
export function packets({ ring, node, clock, entropy }: PacketsOptions): Packets {
  const me = digestOf(node).subarray(0, NONCE_AT - NODE_AT);
  const boot = entropy.bytes(BOOT_BYTES);
  const keys = new Map(ring.names.map((name) => [tagOf(name), ring.key(name)]));
  const current = { tag: tagOf(ring.current), key: ring.key(ring.current) };
  const windows = new ReplayWindows(2 * AGE_MS);
  let counter = 0;

  return {
    seal(channel, payload) {
      const head = Buffer.alloc(HEAD_BYTES);
      head[0] = FORMAT;
      head.writeUInt32BE(current.tag, KEY_AT);
      me.copy(head, NODE_AT);
      boot.copy(head, NONCE_AT);
      head.writeUIntBE(clock.now().getTime(), TIME_AT, 6);
      head.writeUIntBE((counter += 1), COUNTER_AT, 6);
      const nonce = head.subarray(NONCE_AT);
      const sealed = sodium.crypto_aead_xchacha20poly1305_ietf_encrypt(
        payload,
        bound(channel, head),
        null,
        nonce,
        current.key,
      );
      return Buffer.concat([head, sealed]);
    },
    open(channel, packet) {
      if (packet.length > PACKET_BYTES) return 'oversized';
      if (packet.length < HEAD_BYTES + TAG_BYTES || packet[0] !== FORMAT) return 'malformed';
      if (boot.compare(packet, NONCE_AT, TIME_AT) === 0) return 'own';
      const key = keys.get(packet.readUInt32BE(KEY_AT));
      if (!key) return 'unknown-key';
      const now = clock.now().getTime();
      if (Math.abs(now - packet.readUIntBE(TIME_AT, 6)) > AGE_MS) return 'stale';
      const sender = packet.toString('latin1', NODE_AT, TIME_AT);
      const place = packet.readUIntBE(COUNTER_AT, 6);
      if (!windows.isNew(sender, place)) return 'replayed'; // cheaper than opening it, and proves nothing yet
      const payload = opened(channel, packet, key);
      if (!payload) return 'forged';
      return windows.take(sender, place, now) ? payload : 'replayed';
    },
  };
}

function opened(channel: string, packet: Buffer, key: Buffer): Buffer | null {
  try {
    const plain = sodium.crypto_aead_xchacha20poly1305_ietf_decrypt(
      null,
      packet.subarray(HEAD_BYTES),
      bound(channel, packet),
      packet.subarray(NONCE_AT, HEAD_BYTES),
      key,
    );
    return Buffer.from(plain.buffer, plain.byteOffset, plain.byteLength);
  } catch {
    return null;
  }
}

/** Format, key, node and boot stand in the head; the channel does not, so that it cannot be chosen with the packet. */
function bound(channel: string, head: Buffer): Buffer {
  return associatedData([channel, head.toString('hex', 0, TIME_AT)]);
}

/** Which key of the ring, without its name. */
function tagOf(name: string): number {
  return digestOf(name).readUInt32BE(0);
}

/** The Socket.IO adapter under which nodes do one thing with each other: say something by `serverSideEmit`. */
import { createAdapter, createShardedAdapter } from '@socket.io/redis-adapter';
import { inOnePiece } from './one-piece.ts';

/** Sharded needs Redis 7; classic works with every server and proxy (docs/decisions). */
export type PubSub = 'sharded' | 'classic';

/** What the adapters need of their two Redis clients; they trust whatever those hand on. */
export interface BusClients {
  readonly pubSub: PubSub;
  readonly publisher: {
    spublish(channel: string, payload: string): Promise<number>;
    publish(channel: string, payload: string): Promise<number>;
    on(event: 'error', heard: () => void): unknown;
    off(event: 'error', heard: () => void): unknown;
  };
  readonly subscriber: {
    ssubscribe(channel: string): Promise<unknown>;
    sunsubscribe(channel: string): Promise<unknown>;
    subscribe(channels: readonly string[]): Promise<unknown>;
    unsubscribe(channels: readonly string[]): Promise<unknown>;
    psubscribe(pattern: string): Promise<unknown>;
    punsubscribe(pattern: string): Promise<unknown>;
    on(
      event: 'smessageBuffer' | 'messageBuffer',
      heard: (channel: Buffer, payload: Buffer) => void,
    ): unknown;
  };
  /** Begins the name of the channels: an id or a digest, never a name of a person's making. */
  readonly prefix: string;
}

/** The event of `serverSideEmit` that nodes use; there is no other. */
export const NOTICE = 'notice';
/** The type of such a packet in socket.io-adapter's ClusterAdapter, on which the sharded adapter is built. */
const SHARDED_EMIT = 9;
/** And of such a request in the classic adapter, where a join is 2, a leave 3, a disconnect 4. */
const CLASSIC_EMIT = 6;

/** What a packet must look like before anything is told of it; the classic adapter has neither `nsp` nor `packet`. */
interface Packet {
  readonly type: unknown;
  readonly nsp: unknown;
  readonly uid: unknown;
  readonly data: unknown;
}

/**
 * For the adapter of this kind, what is true of a notice and of nothing else that it can be told: joins, leaves,
 * disconnects, broadcasts and look-ups of other nodes are not part of this server, and neither are events that
 * Socket.IO itself listens to. Notices are JSON: what is packed by MessagePack carries bytes, and they never do.
 */
export function noticePackets(pubSub: PubSub): (payload: Buffer) => boolean {
  const isNotice = pubSub === 'sharded' ? isShardedNotice : isClassicNotice;
  return (payload) => {
    try {
      const packet: unknown = JSON.parse(payload.toString('utf8'));
      return typeof packet === 'object' && packet !== null && isNotice(packet);
    } catch {
      return false;
    }
  };
}

function isShardedNotice({ type, nsp, uid, data }: Partial<Packet>): boolean {
  if (type !== SHARDED_EMIT || typeof nsp !== 'string' || typeof uid !== 'string') return false;
  if (typeof data !== 'object' || data === null) return false;
  if (Object.hasOwn(data, 'requestId')) return false; // it asks for an answer: notices do not
  return 'packet' in data && isEmitted(data.packet);
}

function isClassicNotice(packet: Partial<Packet>): boolean {
  const { type, uid, data } = packet;
  if (type !== CLASSIC_EMIT || typeof uid !== 'string') return false;
  return !Object.hasOwn(packet, 'requestId') && isEmitted(data);
}

const isEmitted = (event: unknown) =>
  Array.isArray(event) && event.length === 2 && event[0] === NOTICE;

/**
 * For `io.adapter(…)`: an adapter of @socket.io/redis-adapter over two clients that seal and open. The sharded one is
 * `static`, because a subscription per room would lose what is said right after a join, and frames go out on no room
 * of its.
 */
export function sealedAdapter({ pubSub, publisher, subscriber, prefix }: BusClients) {
  const create =
    pubSub === 'sharded'
      ? createShardedAdapter(publisher, subscriber, {
          channelPrefix: prefix,
          subscriptionMode: 'static',
        })
      : createAdapter(publisher, subscriber, { key: prefix });
  // Socket.IO calls it with `new`.
  return function adapter(namespace: unknown) {
    return inOnePiece(create(namespace));
  };
}

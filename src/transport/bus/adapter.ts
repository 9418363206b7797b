/** The Socket.IO adapter under which nodes do one thing with each other: say something by `serverSideEmit`. */
import { createShardedAdapter } from '@socket.io/redis-adapter';

/** What the adapter needs of its two Redis clients; it trusts whatever they hand on. */
export interface BusClients {
  readonly publisher: { spublish(channel: string, payload: string): Promise<number> };
  readonly subscriber: {
    ssubscribe(channel: string): Promise<unknown>;
    sunsubscribe(channel: string): Promise<unknown>;
    on(event: 'smessageBuffer', heard: (channel: Buffer, payload: Buffer) => void): unknown;
  };
  /** Begins the name of the channel: an id or a digest, never a name of a person's making. */
  readonly prefix: string;
}

/** The event of `serverSideEmit` that nodes use; there is no other. */
export const NOTICE = 'notice';
/** The type of such a packet in socket.io-adapter's ClusterAdapter. */
const SERVER_SIDE_EMIT = 9;

interface Packet {
  readonly type: typeof SERVER_SIDE_EMIT;
  readonly nsp: string;
  readonly uid: string;
  readonly data: { readonly packet: [typeof NOTICE, unknown] };
}

/**
 * True for a notice and for nothing else that an adapter can be told: joins, leaves, disconnects, broadcasts and
 * look-ups of other nodes are not part of this server, and neither are events that Socket.IO itself listens to.
 */
export function isNoticePacket(payload: Buffer): boolean {
  return packetOf(payload) !== null;
}

/**
 * For `io.adapter(…)`: the sharded adapter of @socket.io/redis-adapter over two clients that seal and open. `static`,
 * because a subscription per room would lose what is said right after a join, and frames go out on no room of its.
 */
export function sealedAdapter({ publisher, subscriber, prefix }: BusClients) {
  const options = { channelPrefix: prefix, subscriptionMode: 'static' } as const;
  return createShardedAdapter(publisher, subscriber, options);
}

function packetOf(payload: Buffer): Packet | null {
  try {
    const { type, nsp, uid, data } = JSON.parse(payload.toString('utf8')) as Partial<Packet>;
    const emitted: unknown = data?.packet;
    if (type !== SERVER_SIDE_EMIT || typeof nsp !== 'string' || typeof uid !== 'string')
      return null;
    if (Object.hasOwn(data ?? {}, 'requestId')) return null; // it asks for an answer: notices do not
    if (!Array.isArray(emitted) || emitted.length !== 2 || emitted[0] !== NOTICE) return null;
    return { type, nsp, uid, data: { packet: [NOTICE, emitted[1]] } };
  } catch {
    return null;
  }
}

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

/** What such a packet must look like before anything is told of it. */
interface Packet {
  readonly type: unknown;
  readonly nsp: unknown;
  readonly uid: unknown;
  readonly data: { readonly packet?: unknown } | null;
}

/**
 * True for a notice and for nothing else that an adapter can be told: joins, leaves, disconnects, broadcasts and
 * look-ups of other nodes are not part of this server, and neither are events that Socket.IO itself listens to.
 */
export function isNoticePacket(payload: Buffer): boolean {
  try {
    const { type, nsp, uid, data } = JSON.parse(payload.toString('utf8')) as Partial<Packet>;
    const emitted = data?.packet;
    if (type !== SERVER_SIDE_EMIT || typeof nsp !== 'string' || typeof uid !== 'string')
      return false;
    if (Object.hasOwn(data ?? {}, 'requestId')) return false; // it asks for an answer: notices do not
    return Array.isArray(emitted) && emitted.length === 2 && emitted[0] === NOTICE;
  } catch {
    return false;
  }
}

/**
 * For `io.adapter(…)`: the sharded adapter of @socket.io/redis-adapter over two clients that seal and open. `static`,
 * because a subscription per room would lose what is said right after a join, and frames go out on no room of its.
 */
export function sealedAdapter({ publisher, subscriber, prefix }: BusClients) {
  const options = { channelPrefix: prefix, subscriptionMode: 'static' } as const;
  const create = createShardedAdapter(publisher, subscriber, options);
  // Socket.IO calls it with `new`.
  return function adapter(namespace: unknown): Adapter {
    return inOnePiece(create(namespace));
  };
}

type Adapter = ReturnType<ReturnType<typeof createShardedAdapter>>;

/** What socket.io-adapter 2.5 encodes once for all connections: the WebSocket frame, as its head and its body. */
interface Encoding {
  _encode?: (packet: unknown, options: { wsPreEncodedFrame?: readonly Buffer[] }) => unknown;
}

/**
 * Joins the two pieces of a frame that goes to a whole room: ws writes two pieces to each connection by corking the
 * stream and gathering them, and one piece as it is. A version without that encoding is left as it is.
 */
function inOnePiece(adapter: Adapter): Adapter {
  const encoding = adapter as unknown as Encoding;
  const encode = encoding._encode?.bind(adapter);
  if (!encode) return adapter;
  encoding._encode = (packet, options) => {
    const encoded = encode(packet, options);
    const { wsPreEncodedFrame: pieces } = options;
    if (pieces) options.wsPreEncodedFrame = [Buffer.concat(pieces)];
    return encoded;
  };
  return adapter;
}

/** The Socket.IO gateway: WebSocket only, one identity per connection, every event down the one road. */
import type { IncomingMessage, Server as HttpServer } from 'node:http';
import { Server } from 'socket.io';
import { FRAME_BYTES, type ChannelId } from '../../contract/index.ts';
import type {
  AnyOperation,
  Clock,
  Effect,
  Entropy,
  Origin,
  ProvedClaims,
  Refusal,
  Stages,
} from '../../kernel/index.ts';
import { originOf as originOfRequest } from '../origin.ts';
import { joinBus, type BusOptions } from '../bus/index.ts';
import { admission, PATH, refuseUpgrades, type AdmissionOptions } from './admission.ts';
import { Authorities } from './authority.ts';
import { connectionsOf } from './connections.ts';
import { doorkeeper, type DoorOptions } from './doorkeeper.ts';
import { closeFlooding, type FrameAllowance } from './flood.ts';
import { drain, flushed } from './drain.ts';
import { forgetRequest } from './forget.ts';
import { gate, type Queue } from './gate.ts';
import { gathered } from './gathered.ts';
import { handshake, type HandshakeOptions } from './handshake.ts';
import { HandshakeQueue } from './handshake-queue.ts';
import { close, Rooms } from './rooms.ts';
import { closeSlowConsumers } from './slow-consumers.ts';
import { turnstile, type TurnstileOptions } from '../turnstile.ts';
import type { ClientSocket, Gateway } from './types.ts';

export type { Rooms } from './rooms.ts';

/** How long a connection may take from its upgrade until it has proved who it is. */
const CONNECT_MS = 5_000;
/** How long of that it may wait: there must be time left to tell it when to come back. */
const PATIENCE_MS = 4_000;

/**
 * Those who come back have half of the event loop, and those who are in the other. Most of a crowd is to get as far as
 * the queue of its proofs, which tells everybody a time of their own; but not even upgrades wait without an end.
 */
const UPGRADES = { quiet: 1, places: 10_000 };

export interface GatewayOptions extends Omit<DoorOptions, 'soon'> {
  readonly http: HttpServer;
  readonly operations: readonly AnyOperation[];
  readonly stages: Stages;
  readonly clock: Clock;
  readonly entropy: Entropy;
  readonly prove: HandshakeOptions['prove'];
  readonly frames: FrameAllowance;
  /** Handshakes that are proved at a time, and that wait for it. */
  readonly handshakes: { readonly proved: number; readonly waiting: number };
  /** Origins of pages that may connect, exactly as browsers send them. */
  readonly allowedOrigins: ReadonlySet<string>;
  readonly plaintext: AdmissionOptions['plaintext'];
  readonly judgeHost: AdmissionOptions['judgeHost'];
  /** Hears of every handshake that was not let in but for want of room. Must not throw. */
  readonly turnedAway: (refusal: Refusal, origin: Origin, traceId: string) => void;
  /** Milliseconds that calls under way are given when the server stops. */
  readonly drainMs: number;
  /** Runs a task later; returns how to call it off. */
  readonly later: (milliseconds: number, task: () => void) => () => void;
  /** How busy this thread is: what a crowd asks for has half of it at most. */
  readonly loop: TurnstileOptions['loop'];
  /** Channels that a connection was in when it went. */
  readonly left: (channels: readonly ChannelId[]) => void;
  /** A connection is there no more. */
  readonly gone: (connectionId: string) => void;
  /**
   * A connection or an event that never got as far as an operation. With a `count`, so many for the same reason
   * within some seconds, of which the trace id names the first.
   */
  readonly refused: (
    what: 'handshake' | 'event' | 'connection',
    result: string,
    traceId: string,
    count?: number,
  ) => void;
  /** The other nodes. */
  readonly bus: BusOptions;
}

export interface SocketGateway {
  readonly rooms: Rooms;
  /** Tells the other nodes of a committed effect; neither waits nor throws. */
  readonly notify: (effect: Effect) => void;
  /** A connection goes on under a newer token of its own session, which its caller has proved. */
  readonly reauthorise: (connectionId: string, claims: ProvedClaims) => void;
  /** Tells every client to come back later, answers what was asked until then, and closes. */
  close(): Promise<void>;
}

/** Attaches the gateway to the HTTP server. */
export function socketGateway(options: GatewayOptions): SocketGateway {
  const { entropy, stages, clientAddress, refused } = options;
  const connections = connectionsOf(options.http, options.later);
  const io: Gateway = new Server(options.http, {
    path: PATH,
    destroyUpgrade: false,
    transports: ['websocket'],
    allowUpgrades: false,
    allowEIO3: false,
    perMessageDeflate: false,
    httpCompression: false,
    maxHttpBufferSize: FRAME_BYTES,
    connectTimeout: CONNECT_MS,
    serveClient: false,
    cleanupEmptyChildNamespaces: true,
  });
  const notify = joinBus(io, options.bus);
  const traceId = () => entropy.id();
  const overloads = gathered(options.later, (count, trace) =>
    refused('handshake', 'overloaded', trace, count),
  );
  const told = ({ code }: Refusal, trace: string) =>
    code === 'overloaded' ? overloads.count(trace) : refused('handshake', code, trace);
  const originOf = (request: IncomingMessage) => originOfRequest('socket', request, clientAddress);
  const { turnedAway } = options;
  const soon = turnstile(options, UPGRADES);
  io.engine.use(doorkeeper({ ...options, soon }, traceId, told));
  io.engine.use(
    admission({
      ...options,
      traceId,
      refused: (refusal, request, trace) => turnedAway(refusal, originOf(request), trace),
    }),
  );
  options.http.on('upgrade', refuseUpgrades(traceId));
  const { clock, prove } = options;
  const queue = new HandshakeQueue({
    ...options.handshakes,
    patienceMs: PATIENCE_MS,
    clock,
    entropy,
    soon: setImmediate, // not behind the crowd: proofs are what makes it smaller
  });
  io.use(
    handshake({
      ...{ prove, queue, originOf, traceId },
      refused(refusal, origin, trace) {
        told(refusal, trace);
        turnedAway(refusal, origin, trace);
      },
    }),
  );
  const rooms = new Rooms(io);
  const slow = () => refused('connection', 'slow_consumer', traceId());
  const stopLooking = closeSlowConsumers(io, options.later, slow);
  const entered = new WeakMap<object, ClientSocket>();
  closeFlooding(io, options.frames, options.clock, options.later, (connection) => {
    refused('connection', 'flooding', traceId());
    const socket = entered.get(connection);
    if (socket) close(socket, 'flooding');
  });
  const onSocket = options.operations.filter(({ on }) => on.socket === true);
  const operations = new Map(onSocket.map((operation) => [operation.name, operation]));
  const unknown = (trace: string) => refused('event', 'unknown_operation', trace);
  const calls = { operations, stages, traceId, unknown };
  const authorities = new Authorities(options.clock, options.later);
  const queues = new Map<ClientSocket, Queue>();
  let draining = false;
  io.on('connection', (socket) => {
    if (draining) {
      close(socket, 'server_draining');
      return;
    }
    forgetRequest(socket);
    queues.set(socket, gate(socket, calls));
    entered.set(socket.conn, socket);
    void rooms.enter(socket);
    authorities.begin(socket);
    let channels: readonly ChannelId[] = [];
    socket.on('disconnecting', () => (channels = rooms.channelsOf(socket.rooms)));
    socket.on('error', () => close(socket, 'protocol_violation'));
    socket.on('disconnect', () => {
      authorities.end(socket);
      queues.delete(socket);
      options.left(channels);
      options.gone(socket.id);
      socket.conn.close(); // leaving the namespace leaves nothing to stay for
    });
  });
  return {
    rooms,
    notify,
    reauthorise: (connectionId, claims) => authorities.renew(connectionId, claims),
    async close() {
      stopLooking();
      overloads.end();
      draining = true;
      const leaving = [...queues.keys()];
      await drain(queues, connections.leave(), options);
      await connections.end(async () => {
        await Promise.all(leaving.map(flushed));
        await io.close();
      });
    },
  };
}

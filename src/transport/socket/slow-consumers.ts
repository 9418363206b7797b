/** Nobody's slow connection holds more than a megabyte of this node's memory: it is closed, and resumes later. */
import type { ClientSocket, Gateway } from './types.ts';

/** Bytes that may wait for one connection. */
const WAITING_BYTES = 1024 * 1024;
/** How often connections are looked at; what the limits let in between stays far below the bound. */
const LOOK_EVERY_MS = 1_000;

/** The part of the engine's connection that says what waits: packets not yet handed on, and bytes not yet sent. */
interface Waiting {
  readonly writeBuffer: readonly { readonly data?: unknown }[];
  readonly transport: {
    /** Ends at once: a polite close would itself wait behind what waits. */
    readonly socket: { readonly bufferedAmount: number; terminate(): void };
  };
}

/** Begins to look; returns how to stop. */
export function closeSlowConsumers(
  io: Gateway,
  later: (milliseconds: number, task: () => void) => () => void,
  closed: (socket: ClientSocket) => void,
): () => void {
  let callOff = (): void => undefined;
  const look = () => {
    for (const socket of io.sockets.sockets.values()) {
      if (waitingBytes(socket) <= WAITING_BYTES) continue;
      closed(socket);
      (socket.conn as unknown as Waiting).transport.socket.terminate();
    }
    callOff = later(LOOK_EVERY_MS, look);
  };
  callOff = later(LOOK_EVERY_MS, look);
  return () => callOff();
}

/** Bytes that the connection has still to take. */
export function waitingBytes({ conn }: ClientSocket): number {
  const { writeBuffer, transport } = conn as unknown as Waiting;
  let bytes = transport.socket.bufferedAmount;
  for (const { data } of writeBuffer)
    if (typeof data === 'string' || data instanceof Uint8Array) bytes += data.length;
  return bytes;
}

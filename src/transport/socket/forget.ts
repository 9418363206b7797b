/** Of the request that a connection began with nothing is kept once it was judged: its headers and its token are gone. */
import type { ClientSocket } from './types.ts';

/** The part of the engine's connection that keeps the request. */
interface Keeping {
  request: unknown;
  readonly transport: {
    readonly socket: {
      listeners(event: 'error'): ((...args: unknown[]) => void)[];
      off(event: 'error', listener: (...args: unknown[]) => void): void;
    };
  };
}

const NOTHING = Object.freeze({});

/**
 * To be called when a connection is in. The engine would keep some five KiB as long as the connection: by its request,
 * by what Socket.IO copied of it, and by the ear it lent to errors until the transport had its own.
 */
export function forgetRequest(socket: ClientSocket): void {
  const kept = socket.conn as unknown as Keeping;
  const wire = kept.transport.socket;
  for (const listener of wire.listeners('error'))
    if (listener.name === 'onUpgradeError') wire.off('error', listener);
  kept.request = null;
  Object.assign(socket, { handshake: NOTHING });
}

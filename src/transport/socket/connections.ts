/** Stopping takes no longer than the grace: a client that does not answer its dismissal is cut off. */
import type { Server } from 'node:http';
import type { Socket } from 'node:net';

/** How long a client may take to answer a close frame, or to read the last answer, when the server stops. */
const GRACE_MS = 2_000;

type Later = (milliseconds: number, task: () => void) => () => void;

/** Knows every connection of the server, upgraded or not. Node forgets those that were upgraded. */
export function connectionsOf(http: Server, later: Later) {
  const open = new Set<Socket>();
  http.on('connection', (socket: Socket) => {
    open.add(socket);
    socket.once('close', () => open.delete(socket));
  });
  return {
    /** Runs `close`, and cuts off whatever is still there after the grace. */
    async end(close: () => Promise<void>): Promise<void> {
      const callOff = later(GRACE_MS, () => {
        for (const socket of open) socket.destroy();
      });
      await close().finally(callOff);
    },
  };
}

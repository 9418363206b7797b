/** Who is connected and who waits for an answer; at the end, a client that does not answer its dismissal is cut off. */
import type { IncomingMessage, Server, ServerResponse } from 'node:http';
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
  const waiting = new Set<ServerResponse>();
  const told: (() => void)[] = [];
  let leaving = false;
  // Before whoever answers: what is sent with the answer is decided by then.
  http.prependListener('request', (_request: IncomingMessage, response: ServerResponse) => {
    waiting.add(response);
    if (leaving) response.setHeader('Connection', 'close');
    response.once('close', () => {
      waiting.delete(response);
      if (waiting.size === 0) for (const tell of told.splice(0)) tell();
    });
  });
  return {
    /**
     * Takes no new connections, and lets none outlast the answer that is awaited on it. Resolves when no request
     * waits for an answer.
     */
    leave(): Promise<void> {
      leaving = true;
      http.close();
      for (const response of waiting)
        if (!response.headersSent) response.setHeader('Connection', 'close');
      return new Promise((resolve) => {
        if (waiting.size === 0) resolve();
        else told.push(resolve);
      });
    },
    /** Runs `close`, and cuts off whatever is still there after the grace. */
    async end(close: () => Promise<void>): Promise<void> {
      const callOff = later(GRACE_MS, () => {
        for (const socket of open) socket.destroy();
      });
      await close().finally(callOff);
    },
  };
}

/** A crowd that comes back at once, in a process of its own: each honours what the server says, and tells when it is in. */
import { setTimeout as pause } from 'node:timers/promises';
import { io } from 'socket.io-client';

/** What a client of ours waits after a failure of which nothing was said: half a second doubled, the upper half by chance. */
const backoff = (n) => Math.min(30_000, 500 * 2 ** n) * (0.5 + Math.random() / 2);

const sockets = [];
const refusals = {};

/** Resolves with how many milliseconds it took until this one was in. */
async function comeBack(url, token) {
  const began = performance.now();
  for (let failures = 0; ;) {
    const socket = io(url, {
      transports: ['websocket'],
      forceNew: true,
      reconnection: false,
      auth: { token },
    });
    const refused = await new Promise((resolve) => {
      socket.once('connect', () => resolve(null));
      socket.once('connect_error', (error) => resolve(error));
      socket.once('disconnect', (reason) => resolve({ data: { code: reason } }));
    });
    if (refused === null) {
      sockets.push(socket);
      return performance.now() - began;
    }
    socket.close();
    const code = refused.data?.code ?? 'lost';
    refusals[code] = (refusals[code] ?? 0) + 1;
    const away = refused.data?.retryAfterMs;
    await pause(away ?? backoff(failures));
    if (away === undefined) failures += 1;
  }
}

process.on('message', async ({ url, tokens }) => {
  const waits = await Promise.all(tokens.map((token) => comeBack(url, token)));
  const stayed = sockets.filter(({ connected }) => connected).length;
  process.send({ waits, refusals, stayed });
  for (const socket of sockets) socket.close();
  process.disconnect();
});

/** A port is known to be free before anything is started that needs it. */
import { createServer } from 'node:net';
import { StartError } from './say.mjs';

export async function freePort() {
  const server = await listen(0, '127.0.0.1');
  const { port } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** Refuses when the server could not listen; a value that is no port is left to the server's own words. */
export async function refuseBusyPort(env) {
  const port = Number(env.PORT || 3000);
  const host = env.HOST || '127.0.0.1';
  if (!Number.isInteger(port) || port < 1 || port > 65_535) return;
  try {
    const server = await listen(port, host);
    await new Promise((resolve) => server.close(resolve));
  } catch (error) {
    throw new StartError(reason(error, port, host));
  }
}

/** The first port after that one on which a server can listen. */
export async function nextFreePort(after, env) {
  const host = env.HOST || '127.0.0.1';
  for (let port = after + 1; port <= 65_535; port++) {
    try {
      const server = await listen(port, host);
      await new Promise((resolve) => server.close(resolve));
      return port;
    } catch (error) {
      if (error.code !== 'EADDRINUSE') throw new StartError(reason(error, port, host));
    }
  }
  throw new StartError(`No port is free on ${host}. Choose one: PORT=4000 npm start -- --join`);
}

function reason(error, port, host) {
  switch (error.code) {
    case 'EADDRINUSE':
      return `Port ${port} on ${host} is in use. Stop what uses it, or start with PORT=${port === 65_535 ? 3000 : port + 1} npm start`;
    case 'EACCES':
      return `Port ${port} needs more rights than this user has. Start with a port above 1023, such as PORT=3000 npm start`;
    default:
      return `The server cannot listen on ${host} (${error.code}). Set HOST to an address of this machine.`;
  }
}

function listen(port, host) {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen({ port, host, exclusive: true }, () => resolve(server));
  });
}

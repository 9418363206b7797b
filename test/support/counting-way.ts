/** A way to Postgres that counts how often a client waited for it: each time it spoke after Postgres had. */
import { once } from 'node:events';
import { connect, createServer, type AddressInfo, type Socket } from 'node:net';
import { Secret } from '../../src/kernel/index.ts';

export interface CountingWay {
  /** Where to connect to, with the login of the database behind it. */
  readonly url: Secret<string>;
  /** Round trips that the work took; nothing else may use the way meanwhile. */
  readonly during: (work: () => Promise<unknown>) => Promise<number>;
  readonly close: () => void;
}

export async function countingWay(to: Secret<string>): Promise<CountingWay> {
  const there = new URL(to.reveal());
  const sockets: Socket[] = [];
  let turns = 0;
  const way = createServer((client) => {
    const server = connect(Number(there.port), there.hostname);
    let spoken = 'server';
    client.on('data', () => {
      if (spoken === 'server') turns += 1;
      spoken = 'client';
    });
    server.on('data', () => {
      spoken = 'server';
    });
    client.pipe(server).pipe(client);
    sockets.push(client, server);
    for (const socket of [client, server]) socket.on('error', () => undefined);
  }).listen(0, '127.0.0.1');
  await once(way, 'listening');
  const url = new URL(there);
  url.port = String((way.address() as AddressInfo).port);
  return {
    url: new Secret(url.href),
    async during(work) {
      const before = turns;
      await work();
      return turns - before;
    },
    close() {
      way.close();
      for (const socket of sockets) socket.destroy();
    },
  };
}

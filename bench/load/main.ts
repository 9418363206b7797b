/** The load generator's process: it is apart, so that what the clients cost is not counted as the server's. */
import { Crowd } from './crowd.ts';
import type { Answer, Request } from './protocol.ts';

let crowd: Crowd | null = null;

process.once('disconnect', () => process.exit(0)); // whoever started us is gone
process.on('message', (request: Request) => {
  carryOut(request).then(
    (sent) => say({ kind: 'done', sent }),
    (error: unknown) =>
      say({ kind: 'failed', why: error instanceof Error ? error.message : String(error) }),
  );
});
say({ kind: 'ready' });

async function carryOut(request: Request) {
  switch (request.do) {
    case 'open':
      crowd = await Crowd.open(request);
      return null;
    case 'send':
      if (!crowd) throw new Error('nobody is connected');
      return crowd.send(request, (sent) => say({ kind: 'progress', sent }));
    case 'close':
      crowd?.close();
      crowd = null;
      return null;
  }
}

function say(answer: Answer): void {
  process.send?.(answer);
}

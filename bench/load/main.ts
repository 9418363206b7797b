/** The load generator's process: it is apart, so that what the clients cost is not counted as the server's. */
import { Crowd } from './crowd.ts';
import type { Answer, Request } from './protocol.ts';
import { resume } from './resume.ts';

const crowds: Crowd[] = [];

process.once('disconnect', () => process.exit(0)); // whoever started us is gone
process.on('message', (request: Request) => {
  carryOut(request).then(
    (result) => say({ kind: 'done', result }),
    (error: unknown) =>
      say({ kind: 'failed', why: error instanceof Error ? error.message : String(error) }),
  );
});
say({ kind: 'ready' });

async function carryOut(request: Request) {
  const progress = (sent: number) => say({ kind: 'progress', sent });
  switch (request.do) {
    case 'open':
      crowds.push(await Crowd.open(request));
      return null;
    case 'send':
      return last().send(request, progress);
    case 'press':
      return last().press(request, progress);
    case 'position':
      return last().position();
    case 'resume':
      return resume(request.port, request.person, request.position);
    case 'count-lost':
      return crowds.reduce((sum, { lost }) => sum + lost, 0);
    case 'close':
      for (const crowd of crowds.splice(0)) crowd.close();
      return null;
  }
}

function last(): Crowd {
  const crowd = crowds.at(-1);
  if (!crowd) throw new Error('nobody is connected');
  return crowd;
}

function say(answer: Answer): void {
  process.send?.(answer);
}

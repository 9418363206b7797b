/** The load generator's process: it is apart, so that what the clients cost is not counted as the server's. */
import { Crowd } from './crowd.ts';
import { Gathering } from './gathering.ts';
import type { Answer, Request } from './protocol.ts';
import { erase, exportAll } from './forgetting.ts';
import { resume } from './resume.ts';
import { deleteEach, deleteMany, react, readPages, say } from './together.ts';

const crowds: Crowd[] = [];
const gatherings: Gathering[] = [];

process.once('disconnect', () => process.exit(0)); // whoever started us is gone
process.on('message', (request: Request) => {
  carryOut(request).then(
    (result) => answer({ kind: 'done', result }),
    (error: unknown) =>
      answer({ kind: 'failed', why: error instanceof Error ? error.message : String(error) }),
  );
});
answer({ kind: 'ready' });

async function carryOut(request: Request) {
  const progress = (sent: number) => answer({ kind: 'progress', sent });
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
      return [...crowds, ...gatherings].reduce((sum, { lost }) => sum + lost, 0);
    case 'gather':
      gatherings.push(await Gathering.open(request));
      return { channelId: gathered().channelId };
    case 'say':
      return say(gathered(), request);
    case 'delete-each':
      return deleteEach(gathered(), request);
    case 'delete-many':
      return deleteMany(gathered(), request);
    case 'react':
      return react(gathered(), request);
    case 'read-pages':
      return readPages(gathered(), request);
    case 'export':
      return exportAll(gathered(), request);
    case 'erase':
      return erase(gathered(), request);
    case 'close':
      for (const each of [...crowds.splice(0), ...gatherings.splice(0)]) each.close();
      return null;
  }
}

function last(): Crowd {
  const crowd = crowds.at(-1);
  if (!crowd) throw new Error('nobody is connected');
  return crowd;
}

function gathered(): Gathering {
  const gathering = gatherings.at(-1);
  if (!gathering) throw new Error('nobody has gathered');
  return gathering;
}

function answer(said: Answer): void {
  process.send?.(said);
}

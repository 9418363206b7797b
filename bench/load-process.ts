/** The load generator as seen from the bench: a process of its own that is asked one thing after the other. */
import { ROOT, type Services } from './services.ts';
import type { Answer, Request, Sent } from './load/protocol.ts';

export interface Load {
  /** Resolves with what was counted, or null where nothing is; rejects with why it could not be done. */
  ask(request: Request, progress?: (sent: number) => void): Promise<Sent | null>;
}

export async function startLoad({ children, env }: Services): Promise<Load> {
  const child = children.start('load', process.execPath, ['--import=tsx', 'bench/load/main.ts'], {
    cwd: ROOT,
    env,
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let hear: (answer: Answer) => void = () => undefined;
  child.process.on('message', (answer: Answer) => hear(answer));
  const ended = child.exited.then(() => {
    throw new Error('the load generator ended');
  });
  ended.catch(() => undefined);
  const heard = <T>(
    take: (answer: Answer, resolve: (value: T) => void, reject: (why: Error) => void) => void,
  ) =>
    new Promise<T>((resolve, reject) => {
      hear = (answer) => {
        if (answer.kind === 'failed') reject(new Error(answer.why));
        else take(answer, resolve, reject);
      };
    });
  const ready = heard<null>((answer, resolve) => {
    if (answer.kind === 'ready') resolve(null);
  });
  await Promise.race([ready, ended]);
  return {
    ask(request, progress) {
      const done = heard<Sent | null>((answer, resolve) => {
        if (answer.kind === 'progress') progress?.(answer.sent);
        else if (answer.kind === 'done') resolve(answer.sent);
      });
      child.process.send(request);
      return Promise.race([done, ended]);
    },
  };
}

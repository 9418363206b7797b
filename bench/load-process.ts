/** The load generator as seen from the bench: a process of its own that is asked one thing after the other. */
import { ROOT, type Services } from './services.ts';
import type { Answer, Request, ResultOf } from './load/protocol.ts';

export interface Load {
  /** Resolves with what was found; rejects with why it could not be done. `progress` hears how many were sent. */
  ask<R extends Request>(request: R, progress?: (sent: number) => void): Promise<ResultOf<R>>;
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
    ask<R extends Request>(request: R, progress?: (sent: number) => void) {
      const done = heard<ResultOf<R>>((answer, resolve) => {
        if (answer.kind === 'progress') progress?.(answer.sent);
        else if (answer.kind === 'done') resolve(answer.result as ResultOf<R>);
      });
      child.process.send(request);
      return Promise.race([done, ended]);
    },
  };
}

/** How far it is: a bar where a person looks at a terminal, a line per run where nobody does. */
import { SingleBar } from 'cli-progress';

export interface Progress {
  /** What is being done; `total` is how much of it there is. */
  begin(what: string, total: number): void;
  update(done: number): void;
  end(): void;
}

export function progress(stream: NodeJS.WriteStream = process.stderr): Progress {
  if (!stream.isTTY)
    return {
      begin: (what) => stream.write(`${what}\n`),
      update: () => undefined,
      end: () => undefined,
    };
  const bar = new SingleBar({
    stream,
    format: '{bar} {percentage} %  {what}',
    barsize: 30,
    clearOnComplete: true,
    hideCursor: true,
  });
  return {
    begin(what, total) {
      bar.start(total, 0, { what });
    },
    update: (done) => bar.update(done),
    end: () => bar.stop(),
  };
}

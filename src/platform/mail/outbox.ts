/** Writes letters to files of mode 600, for servers that send no mail: the newest ones, never more than so many. */
import { randomUUID } from 'node:crypto';
import { mkdir, readdir, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { NotSent, type Clock, type Post } from '../../kernel/index.ts';

export interface OutboxOptions {
  /** Made when it is not there, for its owner alone. */
  readonly folder: string;
  /** Most files kept; the oldest are removed. */
  readonly files: number;
  readonly from: string;
  readonly clock: Clock;
}

/** What this class of files is called; whatever else lies in the folder is left alone. */
const NAME = /^\d{8}T\d{9}Z-\d{6,}-[0-9a-f]{8}\.txt$/;

export function outboxPost({ folder, files, from, clock }: OutboxOptions): Post {
  let written = 0;
  return {
    async send({ to, subject, text }) {
      try {
        const at = clock.now();
        await mkdir(folder, { recursive: true, mode: 0o700 });
        const stamp = at.toISOString().replace(/[-:.]/g, '');
        const count = String((written += 1)).padStart(6, '0'); // in the order of writing, also within a millisecond
        const name = `${stamp}-${count}-${randomUUID().slice(0, 8)}.txt`;
        const head = `From: ${from}\nTo: ${to}\nSubject: ${subject}\nDate: ${at.toUTCString()}\n`;
        // Under its name only once it is whole: whoever watches the folder never reads half a letter.
        const draft = join(folder, `.${name}`);
        await writeFile(draft, `${head}\n${text}`, { mode: 0o600, flag: 'wx' });
        await rename(draft, join(folder, name));
        const letters = (await readdir(folder)).filter((entry) => NAME.test(entry)).sort();
        for (const old of letters.slice(0, Math.max(letters.length - files, 0)))
          await rm(join(folder, old), { force: true });
      } catch (error) {
        const code = error instanceof Error && 'code' in error ? String(error.code) : 'EUNKNOWN';
        throw new NotSent(code, false);
      }
    },
  };
}

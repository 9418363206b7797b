/** A process that holds a lock: adds one to a number in a file so many times, or says that it holds it and stays. */
import { readFileSync, writeFileSync } from 'node:fs';
import { FileLock } from '../../../src/cli/state/file-lock.ts';
import { machine } from '../support.ts';

const [path = '', number = '', times = '0'] = process.argv.slice(2);
const lock = new FileLock(path, machine);
for (let n = 0; n < Number(times); n += 1)
  await lock.hold(10_000, async () => {
    const before = Number(readFileSync(number, 'utf8'));
    await new Promise((resolve) => setImmediate(resolve));
    writeFileSync(number, String(before + 1));
  });
if (times === '0')
  await lock.hold(10_000, async () => {
    process.stdout.write('held\n');
    await new Promise((resolve) => setTimeout(resolve, 60_000));
  });

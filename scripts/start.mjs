/** `npm start`: from a bare clone to a running server, and back, in one command. With `-- --join`, one more node of it. */
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bringUp } from './bootstrap/bring-up.mjs';
import { aborted, endOnSignals } from './bootstrap/endings.mjs';
import { joinHouse } from './bootstrap/join.mjs';
import { refuseBusyPort } from './bootstrap/ports.mjs';
import { prepare } from './bootstrap/prepare.mjs';
import { complain, Interrupted, say, StartError } from './bootstrap/say.mjs';
import { migrate, startServer } from './bootstrap/server.mjs';

const root = dirname(dirname(fileURLToPath(import.meta.url)));
const signal = endOnSignals({ say });
let house;
let code = 0;

try {
  const joining = joins(process.argv.slice(2));
  const { PORT: port } = process.env; // of the shell: what .env says is for the first node
  if (existsSync(join(root, '.env'))) process.loadEnvFile(join(root, '.env'));
  const env = { ...process.env };
  if (joining) house = await joinHouse({ root, env, port, signal });
  else {
    house = await bringUp({
      root,
      env,
      say,
      signal,
      prepare: async ({ run }) => {
        await refuseBusyPort(env);
        await prepare({ root, env, say, run, signal });
      },
    });
    await migrate({ root, house });
  }
  const server = startServer({ root, house, say });
  const failure = await Promise.race([aborted(signal), house.failed, server.ended]);
  if (failure) throw failure;
} catch (error) {
  complain(error);
  code = error instanceof Interrupted ? 0 : 1;
}

try {
  await house?.stop();
} catch (error) {
  complain(error);
  code = 1;
}
process.exit(code);

function joins(words) {
  const unknown = words.find((word) => word !== '--join');
  if (unknown !== undefined)
    throw new StartError(`npm start knows no ${unknown}. To add a node: npm start -- --join`);
  return words.length > 0;
}

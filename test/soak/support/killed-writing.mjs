/** Loaded before a node: ends its process as kill -9 does at the so-and-so-many-th file that it writes of an export. */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

/** `<which file>:<opened, written or synced>`; with nothing set, nothing happens. */
const [at, moment] = (process.env.EXPORT_KILL ?? '0:').split(':');
const die = () => process.kill(process.pid, 'SIGKILL');
let files = 0;

const open = fs.promises.open;
fs.promises.open = async (path, flags, ...rest) => {
  const file = await open.call(fs.promises, path, flags, ...rest);
  if (flags !== 'wx' || !String(path).startsWith(process.env.EXPORT_DIR)) return file;
  files += 1;
  if (files !== Number(at)) return file;
  if (moment === 'opened') die();
  const { write, sync } = file;
  if (moment === 'written')
    file.write = async (...asked) => {
      await write.apply(file, asked);
      die();
    };
  if (moment === 'synced')
    file.sync = async () => {
      await sync.apply(file);
      die();
    };
  return file;
};
syncBuiltinESMExports();

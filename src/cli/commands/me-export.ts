/** Asks for everything that is kept about oneself, shows how far it is, and puts it into a file that is whole and verified. */
import { createWriteStream } from 'node:fs';
import { link as name, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { InputOf } from '../../client/index.ts';
import { NotGenuine, verifyExport } from '../archive/verify.ts';
import { progressBar } from '../archive/progress-bar.ts';
import { command, text } from '../command.ts';
import { passwordFrom } from '../credentials.ts';
import type { Desk } from '../desk.ts';
import { Failure, inTheWay } from '../failure.ts';
import { printable } from '../printable.ts';
import { ENTERING } from './entrance-options.ts';

/** Where an event got lost, the list tells; asked so often. */
const LOOK_MS = 5_000;
type ExportId = InputOf<'export.link'>['exportId'];
type Calls = 'export.request' | 'export.list' | 'export.link' | 'export.fetch';

export const meExport = command({
  name: 'me export',
  summary: 'Get everything that is kept about you, as a ZIP archive.',
  options: {
    out: text('--out <FILE>', 'Where to put it; conclave-export-<ID>.zip here if left out.'),
    passwordStdin: ENTERING.passwordStdin,
    passwordFile: ENTERING.passwordFile,
  },
  calls: ['export.request', 'export.list', 'export.link', 'export.fetch'],
  async *run({ out, ...secret }, desk) {
    if (out !== undefined) await canBeMade(out);
    const { stdin } = desk.surroundings;
    const password = await passwordFrom(secret, { ask: desk.ask, stdin }, { isNew: false });
    const { client } = await desk.connected();
    const bar = progressBar(desk.output, desk.surroundings.stderr);
    let exportId: string | null = null;
    const heard = new Map<string, string>();
    let stir = (): void => undefined;
    const unlisten = client.listen('export.progress', (told) => {
      if (told.percent === 100) heard.set(told.exportId, told.state);
      if (exportId === null || told.exportId === exportId) bar.show(told);
      stir();
    });
    try {
      const begun = await desk.call('export.request', { password });
      exportId = begun.exportId;
      for (;;) {
        const state = heard.get(begun.exportId) ?? (await stateOf(desk, begun.exportId));
        if (state === 'ready') break;
        if (state !== 'collecting' && state !== 'settling') throw ended(state);
        await new Promise<void>((resolve) => {
          const callOff = desk.surroundings.machine.later(LOOK_MS, resolve);
          stir = () => {
            callOff();
            resolve();
          };
        });
      }
      bar.end();
      const file = out ?? `conclave-export-${begun.exportId}.zip`;
      yield await fetched(desk, begun.exportId, file);
    } finally {
      bar.end();
      unlisten();
    }
  },
  words: ({ file, rows, files, publicKey }, { bold, dim }) =>
    [
      `${bold(printable(file))}: ${rows} entries in ${files} files, verified. Open index.html in it to read.`,
      dim(`Verify it at any time: conclave verify-export ${printable(file)} --key ${publicKey}`),
    ].join('\n'),
});

async function stateOf({ call }: Desk<Calls>, id: ExportId): Promise<string> {
  const { exports } = await call('export.list', {});
  return exports.find((one) => one.id === id)?.state ?? 'expired';
}

/** Before anything is asked for: an archive is made for nobody who has no place for it. Throws Failure `not_written`. */
async function canBeMade(file: string): Promise<void> {
  const is = (path: string) =>
    stat(path).catch((error: unknown) => {
      if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null;
      throw inTheWay('not_written', `${printable(file)} cannot be written there.`);
    });
  if (await is(file))
    throw inTheWay('not_written', `${printable(file)} is there already. Name another with --out.`);
  if (!(await is(dirname(file)))?.isDirectory())
    throw inTheWay('not_written', `There is no folder ${printable(dirname(file))}.`);
}

/** Under its name only when it is whole, for its owner alone, and never over something that is there. */
async function fetched({ call }: Desk<Calls>, exportId: ExportId, file: string) {
  const { link } = await call('export.link', { exportId });
  const bytes = await call('export.fetch', { exportId, link });
  const draft = `${file}.part`;
  const stream = Readable.fromWeb(bytes as Parameters<typeof Readable.fromWeb>[0]);
  const drafting = createWriteStream(draft, { flags: 'wx', mode: 0o600 });
  const made = { here: false };
  drafting.once('open', () => (made.here = true));
  try {
    await pipeline(stream, drafting);
    const { manifest, publicKey, kid } = await verifyExport(draft, null);
    await name(draft, file); // unlike a renaming, it fails where there is such a file
    const rows = Object.values(manifest.counts).reduce((sum, count) => sum + count, 0);
    return { file, exportId, rows, files: manifest.files.length, publicKey, kid };
  } catch (error) {
    if (error instanceof NotGenuine)
      throw new Failure({
        exit: 'refused',
        code: 'not_genuine',
        sentence: printable(error.message),
      });
    const code = error instanceof Error && 'code' in error ? String(error.code) : 'cut short';
    throw inTheWay('not_written', `${printable(file)} could not be written (${code}).`);
  } finally {
    if (made.here) await rm(draft, { force: true });
  }
}

function ended(state: string): Failure {
  return new Failure({
    exit: 'refused',
    code: `export_${state}`,
    sentence: `The export is ${state}.`,
  });
}

/** An archive while it is sent: it ends with an error soon after the export, the session or the right to it does. */
import type { ExportJobs } from './jobs.ts';
import { archiveOf } from './archive.ts';
import { isEntitled } from './entitled.ts';
import type { Fetched } from './services.ts';

export interface Sending extends Pick<ExportJobs, 'clock' | 'files' | 'within'> {
  /** Throws Refusal once the session may not be used any more. */
  readonly sessionIsLive: (session: Omit<Fetched, 'exportId'>) => Promise<unknown>;
}

/** With each file it is looked at anew, and within one that is fetched slowly after so long. */
const LOOK_MS = 1_000;

/** The bytes of the archive. Throws Refusal or Error in the middle: then there is no signed manifest at its end. */
export async function* sent(sending: Sending, fetched: Fetched): AsyncGenerator<Uint8Array> {
  const { clock, files, within } = sending;
  const { workspaceId, exportId } = fetched;
  const look = async () => {
    await sending.sessionIsLive(fetched);
    return within(workspaceId, 'read', async ({ exports, keys, standings }) => {
      const record = await exports.find(exportId);
      const isHad = record?.state === 'ready' && (await isEntitled(standings, record));
      const key = isHad ? await files.keyOf(keys, record) : null;
      const { finishedAt: at = null } = record ?? {};
      if (!key || !at) throw new Error('the export is gone'); // expired, cancelled or erased
      return { key, at };
    });
  };
  const { key, at } = await look();
  const parts = await within(workspaceId, 'read', ({ exports }) => exports.parts(exportId));
  const open = (part: (typeof parts)[number]) =>
    lookingOn(files.read(exportId, key, part), look, clock);
  yield* archiveOf({ parts, at, open }) as AsyncIterable<Uint8Array>;
}

/** The same pieces, as long as `look` does not throw: before the first one, and before one that comes late. */
export async function* lookingOn(
  pieces: AsyncIterable<Buffer>,
  look: () => Promise<unknown>,
  clock: Sending['clock'],
): AsyncGenerator<Buffer> {
  let looked = -Infinity;
  for await (const piece of pieces) {
    if (clock.monotonic() - looked >= LOOK_MS) {
      await look();
      looked = clock.monotonic();
    }
    yield piece;
  }
}

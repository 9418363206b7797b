/** An export as one ZIP, made while it is sent: its files are opened one after the other, and nothing of it lies on a disk. */
import { PassThrough, Readable } from 'node:stream';
import { ZipFile } from 'yazl';
import { KEYS_FILE, MANIFEST_FILE } from '../../contract/index.ts';
import type { PartRecord } from './export-store.ts';

export interface Archived {
  readonly parts: readonly PartRecord[];
  /** What the files say as the time at which they were made. */
  readonly at: Date;
  readonly open: (part: PartRecord) => AsyncIterable<Buffer>;
}

/** The signed manifest is the last, so that an archive that was cut short has none. */
export function archiveOf({ parts, at, open }: Archived): Readable {
  const zip = new ZipFile();
  const out = new PassThrough();
  zip.on('error', (error) => out.destroy(error as Error));
  zip.outputStream.pipe(out);
  let opened: Readable | undefined;
  // Who fetches it may leave: what is open then is closed, and nothing more is opened.
  out.on('close', () => opened?.destroy());
  const last = (file: string) => [KEYS_FILE, MANIFEST_FILE].indexOf(file);
  const sorted = [...parts].sort(
    (a, b) => last(a.file) - last(b.file) || (a.file < b.file ? -1 : 1),
  );
  for (const part of sorted)
    zip.addReadStreamLazy(part.file, { mtime: at, mode: 0o600, size: part.bytes }, (give) => {
      const file = Readable.from(open(part), { objectMode: false });
      opened = file;
      if (out.destroyed) file.destroy();
      file.on('error', (error) => out.destroy(error));
      give(null, file);
    });
  zip.end();
  return out;
}

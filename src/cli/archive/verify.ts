/** Verifies an export without a server: that it is whole, that nothing of it was changed, and by which key it was signed. */
import { createHash } from 'node:crypto';
import { promisify } from 'node:util';
import canonicalize from 'canonicalize';
import yauzl, { type Entry, type ZipFile } from 'yauzl';
import type { z } from 'zod';
import {
  ExportManifest,
  KEYS_FILE,
  MANIFEST_BYTES,
  MANIFEST_FILE,
} from '../../contract/exports.ts';
import { PublicKeySet } from '../../contract/privacy.ts';
import { publicKeyOf, verifyDocument } from '../../crypto/signed-document.ts';

export interface VerifiedExport {
  readonly manifest: ExportManifest;
  readonly kid: string;
  readonly publicKey: string;
}

/** Why an archive is not what it says: `file` is the first that is not, null where it is none at all. */
export class NotGenuine extends Error {
  readonly file: string | null;

  constructor(sentence: string, file: string | null = null) {
    super(sentence);
    this.file = file;
  }
}

/** Entries that an archive may have at most, whatever its directory says. */
const MOST_FILES = 100_002;
const KEYS_BYTES = 4 * 1024;
const LINE_END = 10;

/**
 * Throws NotGenuine. Nothing is extracted, so that no name leads anywhere; each file is read only as far as the manifest
 * says that it goes, so that none is larger than that; and memory is needed for the manifest and one piece.
 * `trusted` are the public keys, or the ids of keys, of which one must have signed it; null takes the one that it holds.
 */
export async function verifyExport(
  path: string,
  trusted: readonly string[] | null,
): Promise<VerifiedExport> {
  const zip = await opened(path);
  try {
    const entries = await directory(zip);
    const manifestText = await small(zip, entries, MANIFEST_FILE, MANIFEST_BYTES);
    const key = keyIn(await small(zip, entries, KEYS_FILE, KEYS_BYTES));
    const { kid, x: publicKey } = key;
    if (trusted !== null && !trusted.includes(publicKey) && !trusted.includes(kid))
      throw new NotGenuine(`It is signed by a key that you did not name: ${kid}.`, KEYS_FILE);
    const manifest = shaped(ExportManifest, manifestText, MANIFEST_FILE);
    if (verifyDocument('export-manifest', manifest, { keys: [key] }) !== 'valid')
      throw new NotGenuine('The signature is not of this manifest.', MANIFEST_FILE);
    if (canonicalize(manifest) !== manifestText.toString('utf8'))
      throw new NotGenuine('The manifest is not in its canonical form.', MANIFEST_FILE);
    await compare(zip, entries, manifest);
    return { manifest, kid, publicKey };
  } finally {
    zip.close();
  }
}

/** The one key in there, under its true name, and nothing besides: that file is not in the manifest. */
function keyIn(text: Buffer) {
  const [key] = shaped(PublicKeySet, text, KEYS_FILE).keys;
  const named = publicKeyOf(key?.x ?? '');
  if (canonicalize({ keys: [named] }) !== text.toString('utf8'))
    throw new NotGenuine(`${KEYS_FILE} does not hold the one key that signed it.`, KEYS_FILE);
  return named;
}

async function opened(path: string): Promise<ZipFile> {
  const open = promisify<string, yauzl.Options, ZipFile>(yauzl.open);
  const options = { lazyEntries: true, autoClose: false, strictFileNames: true };
  try {
    return await open(path, options);
  } catch (error) {
    if (error instanceof Error && 'code' in error) throw error; // the file itself cannot be read
    throw new NotGenuine('It is no ZIP archive, or was cut short.');
  }
}

/** The names of what is in it, each once. */
function directory(zip: ZipFile): Promise<ReadonlyMap<string, Entry>> {
  const entries = new Map<string, Entry>();
  return new Promise((resolve, reject) => {
    zip.on('error', () => reject(new NotGenuine('The directory of the archive is damaged.')));
    zip.on('end', () => resolve(entries));
    zip.on('entry', (entry: Entry) => {
      const { fileName } = entry;
      if (entries.has(fileName)) reject(new NotGenuine(`${fileName} is in it twice.`, fileName));
      else if (entries.size >= MOST_FILES)
        reject(new NotGenuine('It has more files than an export has.'));
      else {
        entries.set(fileName, entry);
        zip.readEntry();
      }
    });
    zip.readEntry();
  });
}

/** Both ways: nothing is missing and nothing was added; then each file, in the order of the manifest. */
async function compare(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  { files }: ExportManifest,
) {
  const listed = new Set([MANIFEST_FILE, KEYS_FILE, ...files.map(({ path }) => path)]);
  if (listed.size !== files.length + 2)
    throw new NotGenuine('The manifest names a file twice.', MANIFEST_FILE);
  for (const name of entries.keys())
    if (!listed.has(name)) throw new NotGenuine(`${name} is not in the manifest.`, name);
  for (const { path, bytes, rows, sha256 } of files) {
    const found = entries.get(path);
    if (!found) throw new NotGenuine(`${path} is missing.`, path);
    const hash = createHash('sha256');
    let lines = 0;
    for await (const piece of pieces(zip, found, bytes)) {
      hash.update(piece);
      for (let at = piece.indexOf(LINE_END); at >= 0; at = piece.indexOf(LINE_END, at + 1))
        lines += 1;
    }
    if (hash.digest('hex') !== sha256) throw damaged(path);
    if (path.endsWith('.jsonl') && lines !== rows)
      throw new NotGenuine(`${path} has ${lines} lines, and the manifest says ${rows}.`, path);
  }
}

const damaged = (path: string) => new NotGenuine(`${path} was changed.`, path);

/** What it says that it holds is compared first; then it is read no further than that. */
async function* pieces(zip: ZipFile, entry: Entry, most: number): AsyncGenerator<Buffer> {
  const { fileName } = entry;
  if (entry.uncompressedSize > most || entry.isEncrypted()) throw damaged(fileName);
  const open = promisify<Entry, NodeJS.ReadableStream>(zip.openReadStream.bind(zip));
  let read = 0;
  try {
    for await (const piece of await open(entry)) {
      read += (piece as Buffer).length;
      if (read > most) throw damaged(fileName);
      yield piece as Buffer;
    }
  } catch {
    throw damaged(fileName); // what cannot be unpacked was changed, too
  }
}

async function small(
  zip: ZipFile,
  entries: ReadonlyMap<string, Entry>,
  name: string,
  most: number,
): Promise<Buffer> {
  const entry = entries.get(name);
  if (!entry) throw new NotGenuine(`${name} is missing: it is no export, or was cut short.`, name);
  const chunks: Buffer[] = [];
  for await (const piece of pieces(zip, entry, most)) chunks.push(piece);
  return Buffer.concat(chunks);
}

function shaped<T extends z.ZodType>(shape: T, text: Buffer, file: string): z.output<T> {
  try {
    return shape.parse(JSON.parse(text.toString('utf8')));
  } catch {
    throw new NotGenuine(`${file} has another shape than that of an export.`, file);
  }
}

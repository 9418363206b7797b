/** Closes an export: what is in it, its JSON Schemas, a page for people, and the signed manifest over all of them. */
import canonicalize from 'canonicalize';
import { z } from 'zod';
import { ExportManifest, KEYS_FILE, MANIFEST_FILE } from '../../contract/index.ts';
import type { Signature } from '../../crypto/index.ts';
import type { ExportRow } from '../../kernel/index.ts';
import type { PartRecord } from './export-store.ts';
import { indexPage, type IndexedFile } from './index-page.ts';
import type { ExportParts, Step, UnderWay } from './parts.ts';
import { linesOf } from './settle.ts';

/** After so long the files of a finished export are removed. */
export const KEPT_MS = 7 * 24 * 60 * 60 * 1_000;
/** Rows of each kind that the page shows. */
const SHOWN_ROWS = 50;

export async function finish(
  parts: ExportParts,
  underWay: UnderWay,
  collected: readonly PartRecord[],
): Promise<Step> {
  const { contributors, files, signer, clock } = parts;
  const { workspaceId, record, key } = underWay;
  const finishedAt = clock.now();
  const write = (file: string, text: string | Buffer) =>
    files.write(
      record.id,
      key,
      { file, contributor: null, rows: 0, settled: true },
      Buffer.from(text),
    );
  const added: PartRecord[] = [];
  for (const { name, row } of contributors) {
    const schema = { title: name, ...z.toJSONSchema(row) };
    added.push(await write(schemaOf(name), `${JSON.stringify(schema, null, 2)}\n`));
  }
  const page = indexPage({
    userId: record.subjectId,
    requestedAt: record.requestedAt,
    finishedAt,
    files: await indexed(parts, underWay, collected),
  });
  added.push(await write('index.html', page));
  const sorted = [...collected, ...added].sort((a, b) => (a.file < b.file ? -1 : 1));
  const manifest: Omit<ExportManifest, keyof Signature> = {
    format: 'conclave-export/1',
    exportId: record.id,
    workspaceId,
    userId: record.subjectId,
    requestedBy: record.requestedBy,
    requestedAt: record.requestedAt.getTime(),
    finishedAt: finishedAt.getTime(),
    counts: Object.fromEntries(contributors.map(({ name }) => [name, countOf(collected, name)])),
    files: sorted.map(({ file, bytes, rows, digest, contributor }) => ({
      path: file,
      bytes,
      rows,
      sha256: Buffer.from(digest).toString('hex'),
      schema: contributor === null ? null : schemaOf(contributor),
    })),
  };
  const signed = ExportManifest.parse(signer.sign('export-manifest', manifest));
  added.push(await write(KEYS_FILE, canonicalize({ keys: [signer.current] }) ?? ''));
  added.push(await write(MANIFEST_FILE, canonicalize(signed) ?? ''));
  const expiresAt = new Date(finishedAt.getTime() + KEPT_MS);
  return { to: { state: 'ready', finishedAt, expiresAt }, added };
}

async function indexed(
  { contributors, files }: ExportParts,
  { record, key }: UnderWay,
  collected: readonly PartRecord[],
): Promise<IndexedFile[]> {
  const found: IndexedFile[] = [];
  for (const { name, about, row } of contributors) {
    const own = collected.filter(({ contributor }) => contributor === name);
    const shown: ExportRow[] = [];
    const [first] = own;
    if (first)
      for await (const some of linesOf(files.read(record.id, key, first))) {
        shown.push(...some.map((line) => JSON.parse(line) as ExportRow));
        if (shown.length >= SHOWN_ROWS) break;
      }
    found.push({
      name,
      about,
      columns: Object.keys(row.shape),
      count: countOf(collected, name),
      paths: own.map(({ file }) => file),
      months: own.map(({ months }) => months),
      shown: shown.slice(0, SHOWN_ROWS),
    });
  }
  return found;
}

function countOf(parts: readonly PartRecord[], name: string): number {
  return parts.reduce((sum, { contributor, rows }) => sum + (contributor === name ? rows : 0), 0);
}

function schemaOf(name: string): string {
  return `schema/${name}.json`;
}

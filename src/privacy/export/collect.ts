/** Collects what is kept about somebody, page by page, into files of a bounded size. */
import { createHash } from 'node:crypto';
import type { ExportContributor, ExportCursor, ExportRow } from '../../kernel/index.ts';
import { firstRound } from './again.ts';
import type { PartRecord } from './export-store.ts';
import type { ExportParts, Step, UnderWay } from './parts.ts';

/** Bytes of a file from which on the next one begins: what a step holds in memory, and does again after a crash. */
export const FILE_BYTES = 4 * 1024 * 1024;
/** Pages of a step at most: a contributor that finds nothing for long comes back here with a cursor all the same. */
const STEP_PAGES = 2_000;

/** Small files of several contributors, or one of a full size. */
export async function collect(parts: ExportParts, underWay: UnderWay): Promise<Step> {
  const { record, key } = underWay;
  const added: PartRecord[] = [];
  let { progress, rows } = record;
  for (let bytes = 0; bytes < FILE_BYTES;) {
    const contributor = parts.contributors[progress.contributor];
    if (!contributor) {
      const settling = firstRound(parts.clock.now());
      return { to: { state: 'settling', progress: { ...progress, settling }, rows }, added };
    }
    const { lines, cursor } = await gather(parts, underWay, contributor, progress.cursor);
    if (lines.count > 0) {
      const number = String(progress.files + 1).padStart(5, '0');
      const part = lines.part(`${contributor.name}/${number}.jsonl`);
      added.push(await parts.files.write(record.id, key, part, lines.text()));
      rows += lines.count;
    }
    bytes += lines.bytes;
    progress =
      cursor === null
        ? { contributor: progress.contributor + 1, cursor: null, files: 0 }
        : { ...progress, cursor, files: progress.files + Math.min(lines.count, 1) };
    if (cursor !== null) break;
  }
  return { to: { progress, rows }, added };
}

/** Pages of one contributor, until a file is full or there is no more. */
async function gather(
  { pause }: ExportParts,
  { workspaceId, record }: UnderWay,
  contributor: ExportContributor,
  from: ExportCursor | null,
): Promise<{ readonly lines: Lines; readonly cursor: ExportCursor | null }> {
  const subject = { workspaceId, userId: record.subjectId };
  const lines = new Lines(contributor);
  let cursor = from;
  for (let page = 1; ; page += 1) {
    const found = await contributor.page(subject, cursor);
    for (const row of found.rows) lines.add(row);
    cursor = found.next;
    if (cursor === null || lines.bytes >= FILE_BYTES || page === STEP_PAGES)
      return { lines, cursor };
    await pause();
  }
}

/** Rows of one contributor as JSON Lines (one JSON text a line), counted and by month. */
export class Lines {
  readonly #contributor: ExportContributor;
  readonly #lines: string[] = [];
  readonly #months = new Map<string, number>();
  bytes = 0;

  constructor(contributor: ExportContributor) {
    this.#contributor = contributor;
  }

  get count(): number {
    return this.#lines.length;
  }

  add(row: ExportRow): void {
    const line = `${JSON.stringify(row)}\n`;
    this.#lines.push(line);
    this.bytes += Buffer.byteLength(line);
    const at = this.#contributor.dated === undefined ? null : row[this.#contributor.dated];
    if (typeof at !== 'number') return;
    const month = new Date(at).toISOString().slice(0, 7);
    this.#months.set(month, (this.#months.get(month) ?? 0) + 1);
  }

  /** Of the text, in hex. */
  sha256(): string {
    const hash = createHash('sha256');
    for (const line of this.#lines) hash.update(line);
    return hash.digest('hex');
  }

  text(): Buffer {
    return Buffer.from(this.#lines.join(''), 'utf8');
  }

  part(file: string) {
    const months = Object.fromEntries(this.#months);
    const settled = this.#contributor.settle === undefined;
    return { file, contributor: this.#contributor.name, rows: this.count, months, settled };
  }
}

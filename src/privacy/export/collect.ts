/** Collects what is kept about somebody, page by page, into files of a bounded size. */
import type { ExportContributor, ExportCursor } from '../../kernel/index.ts';
import { firstRound } from './again.ts';
import type { PartRecord } from './export-store.ts';
import { Lines, Room } from './lines.ts';
import type { ExportParts, Step, UnderWay } from './parts.ts';
import { inTurns } from './turns.ts';

/** Bytes of a file from which on the next one begins: what a step does again after a crash. */
export const FILE_BYTES = 4 * 1024 * 1024;
/** Pages of a step at most: a contributor that finds nothing for long comes back here with a cursor all the same. */
const STEP_PAGES = 2_000;
/** What a page may have beyond a full file, most often. */
const MARGIN_BYTES = 1024 * 1024;

/** What a run writes all of its files down in, one after the other. */
export function roomForFiles(): Room {
  return new Room(FILE_BYTES + MARGIN_BYTES);
}

/** Small files of several contributors, or one of a full size. */
export async function collect(parts: ExportParts, underWay: UnderWay, room: Room): Promise<Step> {
  const { record, key } = underWay;
  const added: PartRecord[] = [];
  let { progress, rows } = record;
  for (let bytes = 0; bytes < FILE_BYTES;) {
    const contributor = parts.contributors[progress.contributor];
    if (!contributor) {
      const settling = firstRound(parts.clock.now());
      return { to: { state: 'settling', progress: { ...progress, settling }, rows }, added };
    }
    const { lines, cursor } = await gather(parts, underWay, {
      ...{ contributor, room, from: progress.cursor },
    });
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

interface Gathering {
  readonly contributor: ExportContributor;
  readonly from: ExportCursor | null;
  readonly room: Room;
}

/** Pages of one contributor, until a file is full or there is no more. */
async function gather(
  parts: ExportParts,
  { workspaceId, record }: UnderWay,
  { contributor, from, room }: Gathering,
): Promise<{ readonly lines: Lines; readonly cursor: ExportCursor | null }> {
  const subject = { workspaceId, userId: record.subjectId };
  const lines = new Lines(contributor, room);
  let cursor = from;
  for (let page = 1; ; page += 1) {
    const found = await contributor.page(subject, cursor);
    const turn = inTurns(parts);
    for (const row of found.rows) {
      lines.add(row);
      const over = turn();
      if (over) await over;
    }
    lines.madeOf(found);
    cursor = found.next;
    if (cursor === null || lines.bytes >= FILE_BYTES || page === STEP_PAGES)
      return { lines, cursor };
    await parts.pause();
  }
}

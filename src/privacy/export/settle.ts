/** Holds what was collected against what the subject may be given now, so that nothing leaves that was lost meanwhile. */
import type { ExportContributor, ExportRow } from '../../kernel/index.ts';
import { FILE_BYTES } from './collect.ts';
import type { PartRecord } from './export-store.ts';
import { Lines, type Room } from './lines.ts';
import type { ExportParts, Step, UnderWay } from './parts.ts';
import { inTurns } from './turns.ts';

/** Rows that a contributor is asked about at a time. */
const ASKED = 2_000;
const LINE_FEED = 10;

/** Files of about one full size together: each kept, made anew without what may not be in it any more, or taken out. */
export async function settle(
  parts: ExportParts,
  underWay: UnderWay,
  unsettled: readonly PartRecord[],
  room: Room,
): Promise<Step> {
  const { record, key } = underWay;
  const added: PartRecord[] = [];
  const removed: PartRecord[] = [];
  const settled: PartRecord[] = [];
  let { rows } = record;
  let bytes = 0;
  for (const part of unsettled) {
    if (bytes >= FILE_BYTES) break;
    bytes += part.bytes;
    const lines = await held(parts, underWay, part, room);
    if (!lines) {
      settled.push(part);
      continue;
    }
    removed.push(part);
    rows += lines.count - part.rows;
    if (lines.count === 0) continue;
    const anew = { ...lines.part(part.file), settled: true };
    added.push(await parts.files.write(record.id, key, anew, lines.text()));
  }
  return { to: { rows }, added, removed, settled };
}

/** What a contributor says of some of the lines of a file, by their number: the rows as they may be given, or null. */
type Changes = ReadonlyMap<number, ExportRow | null>;

/** What of a file may be given now, where that is less; null where it is all of it, or nobody has to be asked. */
async function held(
  parts: ExportParts,
  underWay: UnderWay,
  part: PartRecord,
  room: Room,
): Promise<Lines | null> {
  const contributor = parts.contributors.find(({ name }) => name === part.contributor);
  if (!contributor?.settle) return null;
  const subject = { workspaceId: underWay.workspaceId, userId: underWay.record.subjectId };
  if (part.extent && (await contributor.wholes?.areGiven(subject, part.extent))) {
    await readThrough(parts, underWay, part);
    return null;
  }
  const changes = await changesOf(parts, underWay, part, contributor.settle);
  if (changes.size === 0) return null;
  const lines = new Lines(contributor, room);
  let number = 0;
  for await (const some of linesOf(opened(parts, underWay, part))) {
    for (const line of some) {
      const row = changes.has(number) ? changes.get(number) : (JSON.parse(line) as ExportRow);
      if (row) lines.add(row);
      number += 1;
    }
    await parts.pause();
  }
  return lines;
}

/** Finds what is not there or damaged now, and not when somebody fetches it. */
async function readThrough(parts: ExportParts, underWay: UnderWay, part: PartRecord) {
  const turn = inTurns(parts);
  const pieces = opened(parts, underWay, part)[Symbol.asyncIterator]();
  while (!(await pieces.next()).done) await turn();
}

const opened = ({ files }: ExportParts, { record, key }: UnderWay, part: PartRecord) =>
  files.read(record.id, key, part);

async function changesOf(
  parts: ExportParts,
  underWay: UnderWay,
  part: PartRecord,
  ask: NonNullable<ExportContributor['settle']>,
): Promise<Changes> {
  const { workspaceId, record } = underWay;
  const changes = new Map<number, ExportRow | null>();
  let asked: ExportRow[] = [];
  let number = 0;
  const hold = async () => {
    const held = await ask({ workspaceId, userId: record.subjectId }, asked);
    for (const [i, row] of held.entries()) if (row !== asked[i]) changes.set(number + i, row);
    number += asked.length;
    asked = [];
    await parts.pause();
  };
  const turn = inTurns(parts);
  for await (const some of linesOf(opened(parts, underWay, part))) {
    for (const line of some) {
      asked.push(JSON.parse(line) as ExportRow);
      if (asked.length === ASKED) await hold();
    }
    await turn();
  }
  if (asked.length > 0) await hold();
  return changes;
}

/** The lines of a file that comes in pieces, those that end in each piece together. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string[]> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    const bytes = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const end = bytes.lastIndexOf(LINE_FEED) + 1;
    rest = bytes.subarray(end);
    if (end > 0) yield bytes.toString('utf8', 0, end - 1).split('\n');
  }
}

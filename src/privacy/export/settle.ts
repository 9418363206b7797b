/** Holds what was collected against what the subject may be given now, so that nothing leaves that was lost meanwhile. */
import type { ExportRow } from '../../kernel/index.ts';
import { FILE_BYTES, Lines } from './collect.ts';
import type { PartRecord } from './export-store.ts';
import type { ExportParts, Step, UnderWay } from './parts.ts';

/** Rows that a contributor is asked about at a time. */
const ASKED = 2_000;

/** Files of about one full size together: each kept, made anew without what may not be in it any more, or taken out. */
export async function settle(
  parts: ExportParts,
  underWay: UnderWay,
  unsettled: readonly PartRecord[],
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
    const lines = await held(parts, underWay, part);
    if (!lines || lines.sha256() === Buffer.from(part.digest).toString('hex')) {
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

/** What of a file may be given now; null where nobody has to be asked. */
async function held(
  { contributors, files, pause }: ExportParts,
  { workspaceId, record, key }: UnderWay,
  part: PartRecord,
): Promise<Lines | null> {
  const contributor = contributors.find(({ name }) => name === part.contributor);
  const ask = contributor?.settle;
  if (!contributor || !ask) return null;
  const subject = { workspaceId, userId: record.subjectId };
  const lines = new Lines(contributor);
  let asked: ExportRow[] = [];
  const hold = async () => {
    for (const row of await ask(subject, asked)) if (row) lines.add(row);
    asked = [];
    await pause();
  };
  for await (const line of linesOf(files.read(record.id, key, part))) {
    asked.push(JSON.parse(line) as ExportRow);
    if (asked.length === ASKED) await hold();
  }
  if (asked.length > 0) await hold();
  return lines;
}

/** The lines of a file that comes in pieces. */
export async function* linesOf(pieces: AsyncIterable<Buffer>): AsyncGenerator<string> {
  let rest: Buffer = Buffer.alloc(0);
  for await (const piece of pieces) {
    rest = Buffer.concat([rest, piece]);
    let from = 0;
    for (let end = rest.indexOf(10, from); end >= 0; end = rest.indexOf(10, from)) {
      yield rest.toString('utf8', from, end);
      from = end + 1;
    }
    rest = rest.subarray(from);
  }
}

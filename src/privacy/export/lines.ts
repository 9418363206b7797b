/** Rows as JSON Lines (one JSON text a line), written down as bytes at once: as strings they would outlive the young heap. */
import type { ExportContributor, ExportExtent, ExportPage, ExportRow } from '../../kernel/index.ts';

const LINE_FEED = 10;
/** A code unit of UTF-16 takes at most so many bytes in UTF-8. */
const UNIT_BYTES = 3;

/** Memory that texts are written to, one after the other: each is done with before the next one begins. */
export class Room {
  bytes: Buffer;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
  }

  /** Keeps what is there. */
  reach(size: number): void {
    if (size <= this.bytes.length) return;
    const wider = Buffer.allocUnsafeSlow(Math.max(size, 2 * this.bytes.length));
    this.bytes.copy(wider);
    this.bytes = wider;
  }
}

/** Of one contributor, counted and by month. */
export class Lines {
  readonly #contributor: ExportContributor;
  readonly #room: Room;
  readonly #months = new Map<string, number>();
  #month = { name: '', from: Infinity, to: -Infinity };
  /** Undefined before the first page. */
  #extent: ExportExtent | null | undefined;
  count = 0;
  bytes = 0;

  constructor(contributor: ExportContributor, room: Room) {
    this.#contributor = contributor;
    this.#room = room;
  }

  add(row: ExportRow): void {
    const line = JSON.stringify(row);
    this.#room.reach(this.bytes + line.length * UNIT_BYTES + 1);
    const { bytes } = this.#room;
    this.bytes += bytes.write(line, this.bytes, 'utf8');
    bytes[this.bytes] = LINE_FEED;
    this.bytes += 1;
    this.count += 1;
    const at = this.#contributor.dated === undefined ? null : row[this.#contributor.dated];
    if (typeof at !== 'number') return;
    const month = this.#monthOf(at);
    this.#months.set(month, (this.#months.get(month) ?? 0) + 1);
  }

  /** Told after the rows of each page; one that does not say leaves the whole without. */
  madeOf({ extent = null }: Pick<ExportPage, 'extent'>): void {
    const { wholes } = this.#contributor;
    const before = this.#extent;
    if (before === undefined) this.#extent = extent;
    else this.#extent = before && extent && (wholes?.join(before, extent) ?? null);
  }

  /** Good until something else is written to the room. */
  text(): Buffer {
    return this.#room.bytes.subarray(0, this.bytes);
  }

  part(file: string) {
    const months = Object.fromEntries(this.#months);
    const settled = this.#contributor.settle === undefined;
    const of = { contributor: this.#contributor.name, extent: this.#extent ?? null };
    return { file, rows: this.count, months, settled, ...of };
  }

  /** Most rows are of the same month as the one before. */
  #monthOf(at: number): string {
    if (at >= this.#month.from && at < this.#month.to) return this.#month.name;
    const day = new Date(at);
    const [year, month] = [day.getUTCFullYear(), day.getUTCMonth()];
    const [from, to] = [Date.UTC(year, month), Date.UTC(year, month + 1)];
    this.#month = { name: day.toISOString().slice(0, 7), from, to };
    return this.#month.name;
  }
}

/** The moderators' queue as the server has it: read when it is opened, and again whenever something in it changed. */
import type { Client } from '../../../client/index.ts';
import type { Queued, Report } from '../model/queue.ts';
import { refusalSentence } from '../model/words.ts';

export interface ReportsParts {
  readonly client: Pick<Client, 'call'>;
  /** The queue is another one now, or could not be read. */
  readonly changed: (before: readonly Queued[]) => void;
  readonly failed: (error: unknown) => void;
}

/** Reports in each state that are looked at; of more, the oldest. */
const KEPT = 100;
/** However much happens, the queue is read no more often than this. */
const EVERY_MS = 500;
/** After a call that was put off without a time. */
const AGAIN_MS = 3_000;

export class Reports {
  readonly #parts: ReportsParts;
  #queued: readonly Queued[] = [];
  #isOpen = false;
  #isRead = false;
  #hasMore = false;
  #why: string | null = null;
  #next = 1;
  /** What is to come: a read that waits, or one that is under way, perhaps with another one after it. */
  #timer: ReturnType<typeof setTimeout> | null = null;
  #isReading = false;
  #isStale = false;

  constructor(parts: ReportsParts) {
    this.#parts = parts;
  }

  /** Those that are not decided, the oldest first. */
  get queued(): readonly Queued[] {
    return this.#queued;
  }

  get isRead(): boolean {
    return this.#isRead;
  }

  /** There are more than are shown. */
  get hasMore(): boolean {
    return this.#hasMore;
  }

  /** Why it could not be read the last time; null where it was. */
  get why(): string | null {
    return this.#why;
  }

  called(number: number): Queued | null {
    return this.#queued.find((one) => one.number === number) ?? null;
  }

  open(): void {
    this.#isOpen = true;
    this.changed();
  }

  /** Nothing is read, and nothing is kept, while nobody looks. */
  close(): void {
    this.#isOpen = false;
    if (this.#timer) clearTimeout(this.#timer);
    this.#timer = null;
    [this.#queued, this.#isRead, this.#why] = [[], false, null];
  }

  /** Something in it is different, or may be; where it is known what, that is shown at once. */
  changed(report?: Report): void {
    if (!this.#isOpen) return;
    if (report) this.#put(report);
    if (this.#isReading || this.#timer) this.#isStale = true;
    else void this.#read();
  }

  #put(report: Report): void {
    const before = this.#queued;
    const isDecided = report.state === 'resolved' || report.state === 'dismissed';
    this.#queued = before.flatMap((one) => {
      if (one.report.id !== report.id) return [one];
      return isDecided ? [] : [{ ...one, report }];
    });
    this.#parts.changed(before);
  }

  async #read(): Promise<void> {
    this.#isReading = true;
    this.#isStale = false;
    let wait = EVERY_MS;
    try {
      wait = await this.#take();
    } catch (error) {
      this.#parts.failed(error);
    }
    this.#isReading = false;
    if (!this.#isOpen) return;
    this.#timer = setTimeout(() => {
      this.#timer = null;
      if (this.#isStale) void this.#read();
    }, wait);
  }

  /** How long to wait before the next one. */
  async #take(): Promise<number> {
    const listed: Report[] = [];
    let hasMore = false;
    for (const state of ['open', 'claimed'] as const) {
      const outcome = await this.#parts.client.call('report.list', { state, limit: KEPT });
      if (!this.#isOpen) return 0;
      if (!outcome.ok) {
        const { retry, retryAfterMs = AGAIN_MS } = outcome.refusal;
        this.#why = refusalSentence(outcome.refusal);
        this.#isStale = retry === 'later';
        this.#parts.changed(this.#queued);
        return retryAfterMs;
      }
      listed.push(...outcome.data.reports);
      hasMore ||= outcome.data.more;
    }
    const before = this.#queued;
    const known = new Map(before.map(({ report, number }) => [report.id, number]));
    // One that was taken up between the two calls is in both answers: the later one counts.
    const reports = [...new Map(listed.map((report) => [report.id, report])).values()];
    reports.sort((a, b) => a.createdAt - b.createdAt || (a.id < b.id ? -1 : 1));
    this.#queued = reports.map((report) => {
      const number = known.get(report.id) ?? this.#next++;
      return { number, report };
    });
    [this.#isRead, this.#hasMore, this.#why] = [true, hasMore, null];
    this.#parts.changed(before);
    return EVERY_MS;
  }
}

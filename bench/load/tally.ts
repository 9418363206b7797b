/** Counts every delivery of every message to every member, once, twice or not at all, and how long each took. */
import { histogram, latency, note, type Latency } from './latency.ts';
import { listenersIn, roomOf, type Workload } from '../workloads.ts';

export interface Tallied {
  readonly sent: number;
  readonly expected: number;
  readonly delivered: number;
  readonly doubled: number;
  /** Deliveries of no message of this run, or to somebody who is not in its room. */
  readonly foreign: number;
  /** Members who heard the messages of their room in another order than the first who listens there. */
  readonly disordered: number;
  readonly acked: number;
  /** Messages of which the sender heard nothing, where the system acknowledges. */
  readonly unanswered: number;
  /** Refusals by code. */
  readonly refused: Readonly<Record<string, number>>;
  readonly delivery: Latency;
  readonly ack: Latency;
  /** How late the messages were sent, by the schedule. */
  readonly late: Latency;
}

/** What a body begins with, so that a message is known by it; what follows is there to have a usual length. */
const NUMBERED = /^#(\w+)\.(\d+) /;
const FILLER =
  'and so it went on for as long as somebody had something to say about it, until it was late';

export class Tally {
  readonly #workload: Workload;
  readonly #acknowledges: boolean;
  readonly #phase: string;
  readonly #dueAt: Float64Array;
  /** By member, then by message. */
  readonly #seen: Uint8Array;
  /** By member: what is the same for two only if they heard the same messages in the same order. */
  readonly #order: Int32Array;
  readonly #delivery = histogram();
  readonly #ack = histogram();
  readonly #late = histogram();
  readonly #refused: Record<string, number> = {};
  /** How many there will be. */
  #total: number;
  #sent = 0;
  #expected = 0;
  #delivered = 0;
  #doubled = 0;
  #foreign = 0;
  #answered = 0;
  #acked = 0;
  #whenWhole: (() => void) | null = null;

  /** `phase` tells the messages of this tally from those of others; `messages` is how many there will be at most. */
  constructor(workload: Workload, acknowledges: boolean, phase: string, messages: number) {
    this.#workload = workload;
    this.#acknowledges = acknowledges;
    this.#phase = phase;
    this.#dueAt = new Float64Array(messages);
    this.#seen = new Uint8Array(messages * workload.members);
    this.#order = new Int32Array(workload.members);
    this.#total = messages;
  }

  /** Who sends the message. */
  author(message: number): number {
    return message % this.#workload.speakers;
  }

  body(message: number): string {
    return `#${this.#phase}.${message} ${FILLER}`;
  }

  /** The numbers of the messages with these bodies; -1 for what is none of this tally's. */
  numbers(bodies: readonly string[]): number[] {
    return bodies.map((body) => {
      const [, phase, number] = NUMBERED.exec(body) ?? [];
      const message = Number(number);
      return phase === this.#phase && message < this.#dueAt.length ? message : -1;
    });
  }

  sends(message: number, dueAt: number, now: number): void {
    this.#dueAt[message] = dueAt;
    this.#sent += 1;
    this.#expected += listenersIn(this.#workload, this.#roomOf(message));
    note(this.#late, now - dueAt);
  }

  delivered(member: number, numbers: readonly number[], now: number): void {
    for (const message of numbers) {
      if (message < 0 || this.#roomOf(message) !== roomOf(this.#workload, member)) {
        this.#foreign += 1;
        continue;
      }
      const place = member * this.#dueAt.length + message;
      if (this.#seen[place] === 1) {
        this.#doubled += 1;
        continue;
      }
      this.#seen[place] = 1;
      this.#delivered += 1;
      this.#order[member] = Math.imul(this.#order[member] ?? 0, 31) + message + 1;
      note(this.#delivery, now - (this.#dueAt[message] ?? now));
    }
    this.#look();
  }

  answered(message: number, refusal: string | null, now: number): void {
    this.#answered += 1;
    if (refusal === null) {
      this.#acked += 1;
      note(this.#ack, now - (this.#dueAt[message] ?? now));
    } else this.#refused[refusal] = (this.#refused[refusal] ?? 0) + 1;
    this.#look();
  }

  /** Nothing more is sent: what was sent is all there is. */
  ends(): void {
    this.#total = this.#sent;
    this.#look();
  }

  get sent(): number {
    return this.#sent;
  }

  /** Resolves when all were sent and answered, and everything was delivered. */
  whole(): Promise<void> {
    return new Promise((resolve) => {
      this.#whenWhole = resolve;
      this.#look();
    });
  }

  result(): Tallied {
    return {
      sent: this.#sent,
      expected: this.#expected,
      delivered: this.#delivered,
      doubled: this.#doubled,
      foreign: this.#foreign,
      disordered: this.#disordered(),
      acked: this.#acked,
      unanswered: this.#acknowledges ? this.#sent - this.#answered : 0,
      refused: this.#refused,
      delivery: latency(this.#delivery),
      ack: latency(this.#ack),
      late: latency(this.#late),
    };
  }

  /** Once everything has come: whoever misses a message has another order as well. */
  #disordered(): number {
    if (this.#delivered !== this.#expected) return 0;
    const { members, rooms, listeners } = this.#workload;
    let count = 0;
    for (
      let member = rooms;
      member < Math.min(members, (listeners ?? members) * rooms);
      member += 1
    )
      if (this.#order[member] !== this.#order[roomOf(this.#workload, member)]) count += 1;
    return count;
  }

  #roomOf(message: number): number {
    return roomOf(this.#workload, this.author(message));
  }

  #look(): void {
    if (!this.#whenWhole || this.#sent < this.#total) return;
    const answered = !this.#acknowledges || this.#answered === this.#sent;
    if (answered && this.#delivered === this.#expected) this.#whenWhole();
  }
}

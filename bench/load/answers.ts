/** Calls of many connections on a schedule, and how each was answered: nobody waits in line, nothing is left out. */
import { onSchedule } from './schedule.ts';
import { histogram, latency, note, type Latency } from './latency.ts';
import { refusalIn } from './dialects.ts';
import type { Wire } from './wire.ts';

export interface Answered {
  readonly asked: number;
  readonly acked: number;
  readonly unanswered: number;
  /** Refusals by code. */
  readonly refused: Readonly<Record<string, number>>;
  /** From when each was due. */
  readonly ack: Latency;
  /** From the first call to the last answer. */
  readonly seconds: number;
}

export interface Ask {
  readonly wire: Wire;
  readonly name: string;
  readonly payload: unknown;
}

/** How long after the last call answers may still come. */
const PATIENCE_MS = 20_000;

class Answers {
  readonly #ack = histogram();
  readonly #refused: Record<string, number> = {};
  #asked = 0;
  #acked = 0;
  #answered = 0;
  #whenAll: (() => void) | null = null;

  /** `dueAt` by performance.now. */
  ask({ wire, name, payload }: Ask, dueAt: number): void {
    this.#asked += 1;
    wire.emit(name, payload, (reply) => {
      this.#answered += 1;
      const refusal = refusalIn(reply);
      if (refusal === null) {
        this.#acked += 1;
        note(this.#ack, performance.now() - dueAt);
      } else this.#refused[refusal] = (this.#refused[refusal] ?? 0) + 1;
      if (this.#answered === this.#asked) this.#whenAll?.();
    });
  }

  /** Resolves when everything was answered, or when that is given up. */
  async all(): Promise<void> {
    if (this.#answered === this.#asked) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#whenAll = resolve;
      timer = setTimeout(resolve, PATIENCE_MS);
    });
    this.#whenAll = null;
    clearTimeout(timer);
  }

  result(seconds: number): Answered {
    return {
      asked: this.#asked,
      acked: this.#acked,
      unanswered: this.#asked - this.#answered,
      refused: { ...this.#refused },
      ack: latency(this.#ack),
      seconds,
    };
  }
}

export interface Asking {
  /** The most that are asked. */
  readonly count: number;
  readonly perSecond: number;
  /** Asks no more once that is so. */
  readonly isOver?: () => boolean;
}

/** Asks on schedule, whatever is answered; resolves when all are. */
export async function askAll(
  { count, perSecond, isOver }: Asking,
  ask: (n: number, dueAt: number) => Ask,
): Promise<Answered> {
  const answers = new Answers();
  const began = performance.now();
  await onSchedule(count, perSecond, (n, dueAt) => answers.ask(ask(n, dueAt), dueAt), isOver);
  await answers.all();
  return answers.result((performance.now() - began) / 1_000);
}

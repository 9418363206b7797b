/** Security-relevant refusals of callers of whom not even the workspace is known: in the log at once, and bounded. */
import type { RefusalCode } from '../contract/index.ts';
import { maskedAddress, networkOf, type Origin, type Refusal } from '../kernel/index.ts';
import { EVENT_TYPES, typeOfRefusal, type EventType, type Severity } from './catalogue.ts';

/** One line of the log: so many refusals alike, from one network. No address in full and no text of the caller. */
export interface Signal {
  readonly type: EventType;
  readonly severity: Severity;
  readonly action: string;
  readonly result: RefusalCode;
  readonly transport: Origin['transport'];
  /** What is left of the address; null where it is none, or where there were too many to be told apart. */
  readonly address: string | null;
  readonly count: number;
  /** Of the first of them. */
  readonly traceId: string;
}

/** How long what repeats is gathered after its first line. */
const GATHERED_MS = 10_000;
/** Kinds of signals that are told apart at a time: a storm from everywhere is a few lines, and not one for each. */
const TOLD_APART = 100;

export class Signals {
  readonly #later: (milliseconds: number, task: () => void) => () => void;
  readonly #raised: (signal: Signal) => void;
  readonly #repeated = new Map<string, Signal & { count: number }>();
  #callOff: (() => void) | null = null;

  constructor(
    later: (milliseconds: number, task: () => void) => () => void,
    raised: (signal: Signal) => void,
  ) {
    this.#later = later;
    this.#raised = raised;
  }

  /** Tells of the first of its kind at once, and of those that come within ten seconds of it together. */
  note(action: string, origin: Origin, traceId: string, { code }: Refusal): void {
    const type = typeOfRefusal(code);
    if (type === null) return;
    const { transport } = origin;
    const kind = `${transport}|${action}|${code}`;
    const own = `${kind}|${networkOf(origin.address)}`;
    const isToldApart = this.#repeated.has(own) || this.#repeated.size < TOLD_APART;
    const key = isToldApart ? own : kind;
    const same = this.#repeated.get(key);
    if (same) {
      same.count += 1;
      return;
    }
    const address = isToldApart ? maskedAddress(origin.address) : null;
    const severity = EVENT_TYPES[type];
    const signal = { type, severity, action, result: code, transport, address, traceId };
    this.#repeated.set(key, { ...signal, count: 0 });
    this.#callOff ??= this.#later(GATHERED_MS, () => this.flush());
    this.#raised({ ...signal, count: 1 });
  }

  /** Tells of what is left. */
  flush(): void {
    this.#callOff?.();
    this.#callOff = null;
    const gathered = [...this.#repeated.values()];
    this.#repeated.clear();
    for (const signal of gathered) if (signal.count > 0) this.#raised(signal);
  }
}

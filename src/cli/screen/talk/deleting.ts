/** Bulk deletions that go on: what each is about, and how far it is, as a bar where it is known how many there are. */
import type { DeletionProgress } from '../../../client/index.ts';

export interface Begun {
  /** Fit to be printed, as far as it is known by then. */
  readonly who: () => string;
  readonly where: () => string;
  /** Messages that were counted before; null where somebody else counted them, or one did before one left. */
  readonly expected: number | null;
}

type Id = DeletionProgress['deletionId'];

const BAR_COLUMNS = 16;
/** Shown at a time. */
const SHOWN = 2;

export class Deleting {
  readonly #begun = new Map<Id, Begun>();

  knows(id: Id): boolean {
    return this.#begun.has(id);
  }

  begin(id: Id, begun: Begun): void {
    this.#begun.set(id, begun);
  }

  /** The one that was begun last and is not finished; null where none is. */
  get last(): Id | null {
    return [...this.#begun.keys()].at(-1) ?? null;
  }

  /** `Bob in #garden: ████████░░░░░░░░ 120 of 240 deleted` */
  words(all: readonly DeletionProgress[]): readonly string[] {
    const found = new Map(all.map((one) => [one.deletionId, one]));
    return [...this.#begun].slice(-SHOWN).map(([id, { who, where, expected }]) => {
      const deleted = found.get(id)?.deleted ?? 0;
      if (expected === null) return `${who()} in ${where()}: ${deleted} deleted so far`;
      const most = Math.max(expected, deleted, 1);
      const full = Math.floor((deleted / most) * BAR_COLUMNS);
      const bar = '█'.repeat(full) + '░'.repeat(BAR_COLUMNS - full);
      return `${who()} in ${where()}: ${bar} ${deleted} of ${most} deleted`;
    });
  }

  /** Those that are over since this was asked last, in sentences. */
  over(all: readonly DeletionProgress[]): readonly string[] {
    return all.flatMap(({ deletionId, deleted, finished }) => {
      const begun = this.#begun.get(deletionId);
      if (!begun || !finished) return [];
      this.#begun.delete(deletionId);
      const messages = deleted === 1 ? '1 message' : `${deleted} messages`;
      return [`${messages} of ${begun.who()} in ${begun.where()}: deleted. There is no way back.`];
    });
  }
}

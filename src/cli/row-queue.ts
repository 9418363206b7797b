/** Rows that come by themselves, made one after the other when they are taken; too many are left out, and it is told. */

type Make<Row> = () => Row | Promise<Row>;

/** Rows that may wait for whoever reads them. */
const MOST = 10_000;

export class RowQueue<Row> implements AsyncIterable<Row> {
  readonly #most: number;
  readonly #waiting: Make<Row>[] = [];
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;
  #isLeavingOut = false;

  constructor(most = MOST) {
    this.#most = most;
  }

  add(make: Make<Row>): void {
    this.#waiting.push(make);
    this.#wake();
  }

  /**
   * Adds the row, if there is room. If there is none, this one and all that are offered from now on are left out,
   * until whoever reads has come to this place: there stands what `leftOut` makes then.
   */
  offer(make: Make<Row>, leftOut: Make<Row>): void {
    if (this.#isLeavingOut) return;
    if (this.#waiting.length < this.#most) {
      this.add(make);
      return;
    }
    this.#isLeavingOut = true;
    this.add(() => {
      this.#isLeavingOut = false;
      return leftOut();
    });
  }

  /** Ends the queue after what is in it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row, never> {
    for (;;) {
      for (let make = this.#waiting.shift(); make; make = this.#waiting.shift()) yield await make();
      if (this.#failure) throw this.#failure.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** Rows that come by themselves, taken one after the other in the order in which they were added. */

export class RowQueue<Row> implements AsyncIterable<Row> {
  readonly #rows: (Row | Promise<Row>)[] = [];
  #failure: { readonly error: unknown } | null = null;
  #wake: () => void = () => undefined;

  /** A row that is not ready yet keeps its place. */
  add(row: Row | Promise<Row>): void {
    if (row instanceof Promise) row.catch(() => undefined); // whoever takes it hears of it
    this.#rows.push(row);
    this.#wake();
  }

  /** Ends the queue after what is in it. */
  fail(error: unknown): void {
    this.#failure ??= { error };
    this.#wake();
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<Row, never> {
    for (;;) {
      for (let row = this.#rows.shift(); row !== undefined; row = this.#rows.shift())
        yield await row;
      if (this.#failure) throw this.#failure.error;
      await new Promise<void>((resolve) => (this.#wake = resolve));
    }
  }
}

/** An answer as a story tells it: `.accepted()` gives the data, `.refused(code)` demands exactly that no. */
import assert from 'node:assert/strict';
import type { RefusalCode, RefusalOnWire, Reply } from '../../src/contract/index.ts';

export class Result<O> implements PromiseLike<Reply<O>> {
  readonly #reply: Promise<Reply<O>>;
  readonly #what: string;

  constructor(what: string, reply: Promise<Reply<O>>) {
    this.#what = what;
    this.#reply = reply;
    reply.catch(() => undefined); // whoever awaits it hears of it
  }

  async accepted(): Promise<O> {
    const reply = await this.#reply;
    if (!reply.ok) assert.fail(`${this.#what} was refused: ${JSON.stringify(reply.error)}`);
    return reply.data;
  }

  async refused(code: RefusalCode): Promise<RefusalOnWire> {
    const reply = await this.#reply;
    if (reply.ok) assert.fail(`${this.#what} was accepted: ${JSON.stringify(reply.data)}`);
    assert.equal(reply.error.code, code, `${this.#what}: ${JSON.stringify(reply.error)}`);
    return reply.error;
  }

  then<A = Reply<O>, B = never>(
    yes?: ((reply: Reply<O>) => A | PromiseLike<A>) | null,
    no?: ((reason: unknown) => B | PromiseLike<B>) | null,
  ): PromiseLike<A | B> {
    return this.#reply.then(yes, no);
  }
}

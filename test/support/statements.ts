/** What a piece of work costs in statements: everything that this process sends to Postgres while it runs. */
import pg from 'pg';

/** Each looks now and then whether there is work for it. */
const JOBS = /\bgraphile_worker\b/;

/** The text of each statement but those of the jobs, in the order of sending. Nothing else may use Postgres meanwhile. */
export async function statementsOf(work: () => Promise<unknown>): Promise<string[]> {
  const texts: string[] = [];
  const { prototype } = pg.Client as unknown as {
    prototype: { query: (...args: unknown[]) => unknown };
  };
  const original = prototype.query;
  prototype.query = function (this: unknown, ...args: unknown[]) {
    const [first] = args;
    const text = typeof first === 'string' ? first : String((first as { text?: unknown }).text);
    if (!JOBS.test(text)) texts.push(text);
    return original.apply(this, args);
  };
  try {
    await work();
  } finally {
    prototype.query = original;
  }
  return texts;
}

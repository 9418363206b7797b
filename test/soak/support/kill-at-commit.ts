/** Loaded before a node: it dies as by SIGKILL right before, or right after, its n-th commit of a piece of a job. */
import pg from 'pg';

const [count = '', when = ''] = (process.env['KILL_AT'] ?? '').split(':');
/** What a piece says to Postgres, and nothing else does: a node that starts locks what is due, and changes nothing. */
const mark = process.env['KILL_IN'] ?? 'UPDATE "public"."erasure"';
const inErasure = new WeakSet<object>();
let commits = 0;

const die = () => process.kill(process.pid, 'SIGKILL');

type Query = (this: object, ...given: unknown[]) => unknown;
const prototype = pg.Client.prototype as unknown as { query: Query };
const { query } = prototype;
prototype.query = function (...given) {
  const [first] = given as [string | { readonly text?: string }];
  const text = (typeof first === 'string' ? first : first.text) ?? '';
  if (text.includes(mark)) inErasure.add(this);
  const isCommit = /^\s*commit\b/i.test(text) && inErasure.delete(this);
  if (isCommit) commits += 1;
  const isTheOne = isCommit && commits === Number(count);
  if (isTheOne && when === 'before') die();
  const result = query.apply(this, given);
  if (isTheOne) void Promise.resolve(result).then(die);
  return result;
};

/** Loaded before a node, it makes its wall clock wrong by as many milliseconds as it is told; the monotonic clock stays right. */
import { isMainThread } from 'node:worker_threads';

const Right = Date;
let ahead = 0;
const now = () => Right.now() + ahead;

const Wrong = new Proxy(Right, {
  construct: (target, args, newTarget) =>
    Reflect.construct(
      target,
      args.length > 0 ? args : [now()],
      newTarget === Wrong ? target : newTarget,
    ),
  apply: () => new Right(now()).toString(),
  get: (target, name) => (name === 'now' ? now : Reflect.get(target, name)),
});
Right.prototype.constructor = Wrong;
globalThis.Date = Wrong;

if (isMainThread)
  process.on('message', ({ aheadMs }) => {
    ahead = aheadMs;
    process.send({ kind: 'clock-set' });
  });

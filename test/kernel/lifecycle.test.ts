/** Parts start in order and stop in reverse, each once, whatever goes wrong on the way. */
import assert from 'node:assert/strict';
import { lifecycle, type Part } from '../../src/kernel/index.ts';

describe('a lifecycle', () => {
  /** Parts that write down what happens to them; those named in `fails` fail at it. */
  function parts(names: readonly string[], ...fails: readonly string[]) {
    const events: string[] = [];
    const say = (event: string) => {
      events.push(event);
      return fails.includes(event) ? Promise.reject(new Error(event)) : Promise.resolve();
    };
    const all = names.map((name): Part => ({
      name,
      start: () => say(`start ${name}`),
      stop: () => say(`stop ${name}`),
    }));
    return { events, all };
  }

  it('starts in order and stops in reverse', async () => {
    const { events, all } = parts(['a', 'b', 'c']);
    const { start, stop } = lifecycle(all);
    await start();
    await stop();
    assert.deepEqual(
      events,
      ['a', 'b', 'c'].map((n) => `start ${n}`).concat(['c', 'b', 'a'].map((n) => `stop ${n}`)),
    );
  });

  it('stops what was begun when a start fails, the failed part too, and says what failed', async () => {
    const { events, all } = parts(['a', 'b', 'c'], 'start b', 'stop a');
    const { start, stop } = lifecycle(all);
    await assert.rejects(start(), { message: 'start b' });
    await stop();
    assert.deepEqual(events, ['start a', 'start b', 'stop b', 'stop a']);
  });

  it('stops every part although one cannot be stopped, and says which was the first', async () => {
    const { events, all } = parts(['a', 'b', 'c'], 'stop c', 'stop b');
    const { start, stop } = lifecycle(all);
    await start();
    await assert.rejects(stop(), { message: 'stop c' });
    assert.deepEqual(events.slice(3), ['stop c', 'stop b', 'stop a']);
    await stop();
    assert.equal(events.length, 6, 'nothing is stopped twice');
  });

  it('stops every part although one throws at once instead of failing later', async () => {
    const stopped: string[] = [];
    const throws = () => {
      throw new Error('at once');
    };
    const { start, stop } = lifecycle([
      { name: 'a', stop: () => Promise.resolve(void stopped.push('a')) },
      { name: 'b', stop: throws },
    ]);
    await start();
    await assert.rejects(stop(), { message: 'at once' });
    assert.deepEqual(stopped, ['a']);
  });

  it('ends once for all who ask, and for none before it has ended', async () => {
    let finish = (): void => undefined;
    let ended = 0;
    const slow = new Promise<void>((resolve) => (finish = resolve));
    const { start, stop } = lifecycle([{ name: 'slow', stop: () => slow }]);
    await start();
    const asked = [stop(), stop()].map((asking) => asking.then(() => (ended += 1)));
    await Promise.resolve();
    assert.equal(ended, 0);
    finish();
    await Promise.all(asked);
    assert.equal(ended, 2);
  });

  it('takes parts that have nothing to start or to stop', async () => {
    const { start, stop } = lifecycle([{ name: 'a' }, { name: 'b' }]);
    await start();
    await stop();
  });

  it('starts again after it was stopped', async () => {
    const { events, all } = parts(['a']);
    const { start, stop } = lifecycle(all);
    await start();
    await stop();
    await start();
    await stop();
    assert.deepEqual(events, ['start a', 'stop a', 'start a', 'stop a']);
  });
});

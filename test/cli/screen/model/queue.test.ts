/** The choice in the queue: it follows its report, goes on where that is decided, and waits while something is typed. */
import assert from 'node:assert/strict';
import { written } from '../../../../src/cli/screen/model/composer.ts';
import {
  choosing,
  QUEUE,
  settled,
  type QueueView,
} from '../../../../src/cli/screen/model/queue.ts';
import { queuedOf } from '../made-up.ts';

const of = (...numbers: number[]) => numbers.map((number) => queuedOf(number));
const on = (number: number): QueueView => {
  const { id, channelId } = queuedOf(number).report;
  return { ...QUEUE, chosen: id, channelId };
};

describe('the choice in the queue', () => {
  it('is the oldest at first, and stays with its report wherever that stands', () => {
    assert.deepEqual(settled(QUEUE, [], of(1, 2)), on(1));
    assert.deepEqual(settled(on(2), of(1, 2), of(2, 3)), on(2));
  });

  it('goes to the next one where its report is decided, to the last at the end, to nothing in an empty queue', () => {
    assert.deepEqual(settled(on(2), of(1, 2, 3), of(1, 3)), on(3));
    assert.deepEqual(settled(on(3), of(1, 2, 3), of(1, 2)), on(2));
    assert.deepEqual(settled(on(1), of(1), []), QUEUE);
  });

  it('never slips to another report under a command that is being typed', () => {
    const typing = { ...on(2), draft: written('/delete 7 ') };
    assert.equal(settled(typing, of(1, 2, 3), of(1, 3)), typing);
  });

  it('moves by keys as far as there are reports, also from one that is decided', () => {
    assert.deepEqual(choosing(on(1), of(1, 2), 1), on(2));
    assert.deepEqual(choosing(on(2), of(1, 2), 8), on(2));
    assert.deepEqual(choosing(on(2), of(1, 2), -Infinity), on(1));
    assert.deepEqual(choosing(on(9), of(1, 2), 1), on(1));
    assert.deepEqual(choosing(on(9), of(1, 2), -1), on(2));
    assert.deepEqual(choosing(on(9), [], 1), QUEUE);
  });
});

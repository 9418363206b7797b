/** Steps grow while they are short, shrink when they take long, and always leave as much time as they took. */
import assert from 'node:assert/strict';
import { Pace } from '../../src/moderation/pace.ts';

describe('the pace of steps', () => {
  it('begins small, and grows up to its bound while the steps are short', () => {
    const pace = new Pace(50, 150);
    const sizes = [pace.size];
    for (let i = 0; i < 4; i += 1) {
      pace.took(5);
      sizes.push(pace.size);
    }
    assert.deepEqual(sizes, [50, 75, 113, 150, 150]);
  });

  it('shrinks at once to what would have been short enough, and not below its bound', () => {
    const pace = new Pace(50, 150);
    for (let i = 0; i < 4; i += 1) pace.took(5);
    pace.took(18);
    assert.equal(pace.size, 100);
    pace.took(10_000);
    assert.equal(pace.size, 50);
  });

  it('keeps its size while a step takes what it should', () => {
    const pace = new Pace(50, 150);
    pace.took(6);
    pace.took(12);
    assert.equal(pace.size, 75);
  });

  it('pauses as long as the step took, and never shorter than others need to come in', () => {
    const pace = new Pace(50, 150);
    assert.deepEqual([pace.took(1), pace.took(20), pace.took(400)], [20, 20, 400]);
  });
});

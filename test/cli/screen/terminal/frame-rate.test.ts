/** However often something changes, frames come no faster than twenty times a second, and the last change has one. */
import assert from 'node:assert/strict';
import { FrameRate } from '../../../../src/cli/screen/terminal/frame-rate.ts';

/** Twenty in a second. A timer may be a little early. */
const FRAME_MS = 50;

describe('The frame rate', () => {
  it('makes one frame of what changes together, and keeps a distance', async () => {
    const times: number[] = [];
    let changes = 0;
    let painted = 0;
    await new Promise<void>((resolve) => {
      const frames = new FrameRate(() => {
        times.push(performance.now());
        painted = changes;
        if (times.length === 4) {
          frames.stop();
          frames.ask();
          resolve();
          return;
        }
        for (let n = 0; n < 100; n += 1) {
          changes += 1;
          frames.ask();
        }
      });
      changes += 1;
      frames.ask();
      frames.ask();
    });
    assert.equal(painted, changes, 'the last change is seen');
    const gaps = times.slice(1).map((time, n) => time - (times[n] ?? 0));
    assert.ok(
      gaps.every((gap) => gap >= FRAME_MS - 2),
      gaps.join(),
    );
    assert.equal(times.length, 4, 'none after it was stopped');
  });
});

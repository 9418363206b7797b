/** What each file of tests takes, in seconds: written down where TEST_COSTS names a file, for the lanes to end together. */
import { writeFileSync } from 'node:fs';
import { relative } from 'node:path';

const to = process.env.TEST_COSTS;
const seconds = {};
let since = 0;

export const mochaHooks = to
  ? {
      beforeAll() {
        since = performance.now();
      },
      /** What came before a test is its file's as well: a world that is made costs more than most tests in it. */
      afterEach() {
        const now = performance.now();
        const file = relative(process.cwd(), this.currentTest.file);
        seconds[file] = (seconds[file] ?? 0) + (now - since) / 1_000;
        since = now;
      },
      afterAll() {
        writeFileSync(to, JSON.stringify(seconds));
      },
    }
  : {};

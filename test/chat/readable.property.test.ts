/** In any world of people who come and go: whatever reaches somebody, by whatever way, is what a model lets them read. */
import { readerStories } from './readable.ts';

/** Worlds for each policy; the soak has ten times as many. */
const WORLDS = 3;

describe('what reaches a reader', function () {
  this.timeout(240_000);
  readerStories(WORLDS);
});

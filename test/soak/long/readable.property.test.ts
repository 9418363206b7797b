/** The stories of what reaches a reader, in more worlds than npm test has time for. */
import { readerStories } from '../../chat/readable.ts';

const WORLDS = 30;

describe('what reaches a reader, in many worlds', function () {
  this.timeout(30 * 60_000);
  readerStories(WORLDS);
});

/** `npm run bench:privacy`: what it takes to hand out, or to forget, what somebody wrote in a million messages. */
import { runAlone } from './alone/run.ts';
import { PRIVACY } from './privacy/options.ts';

await runAlone(PRIVACY);

/** `npm run bench:chat`: what one channel of Conclave is held to, however much is in it and whatever is done there. */
import { runAlone } from './alone/run.ts';
import { CHAT } from './chat/options.ts';

await runAlone(CHAT);

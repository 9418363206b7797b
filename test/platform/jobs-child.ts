/** A process that takes up a job of the given name and never finishes it. */
import { jobRunner } from '../../src/platform/jobs/index.ts';
import { later, systemClock, systemEntropy } from '../../src/platform/system.ts';
import { readConfig } from '../../src/config.ts';

const { jobs } = readConfig(process.env);
const name = process.argv[2] ?? '';
await jobRunner({
  url: jobs.url,
  tls: null,
  entropy: systemEntropy(systemClock),
  later,
  failed: () => undefined,
  tasks: {
    [name]: () => {
      process.send?.('begun');
      return new Promise<void>(() => setInterval(() => undefined, 60_000));
    },
  },
}).start();

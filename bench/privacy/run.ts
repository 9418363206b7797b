/** `npm run bench:retention`: prints how fast what is too old goes, and what that costs those who write meanwhile. */
import { parseArgs } from 'node:util';
import { bootstrap } from '../bootstrap.ts';
import { chatCells, heldLines, machineLine } from '../chat/report.ts';
import { startLoad } from '../load-process.ts';
import { progress } from '../progress.ts';
import { table } from '../report.ts';
import { startServices } from '../services.ts';
import { retention } from './retention.ts';

const { values } = parseArgs({
  options: {
    messages: { type: 'string', default: '1000000' },
    'per-second': { type: 'string', default: '100' },
    seconds: { type: 'string', default: '10' },
  },
});
const { endOnSignals } = await bootstrap('endings');
const signal = endOnSignals({ say: (line) => process.stderr.write(`${line}\n`) });
const services = await startServices(signal);
try {
  const load = await startLoad(services);
  const trial = retention({
    messages: Number(values.messages),
    perSecond: Number(values['per-second']),
    seconds: Number(values.seconds),
  });
  const shown = progress();
  shown.begin('retention', trial.total);
  const update = (done: number) => {
    shown.update(done);
  };
  const found = await trial
    .run({ services, load, progress: update, profiled: null })
    .finally(() => shown.end());
  const said = [table(chatCells({ trial, found })), ...heldLines([{ trial, found }])];
  process.stdout.write(`\n${[...said, machineLine(services.programs), ''].join('\n')}`);
  process.exitCode = found.faults.length > 0 ? 1 : 0;
} finally {
  await services.stop();
}
process.exit();

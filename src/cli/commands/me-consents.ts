/** Shows what one can agree to, in words, and agrees to it or takes it back: always one thing, and always the text shown. */
import type { OutputOf } from '../../client/index.ts';
import { command, text } from '../command.ts';
import type { Desk } from '../desk.ts';
import { Failure, misused } from '../failure.ts';
import { printable } from '../printable.ts';
import { timeOf } from '../style.ts';

type Choice = OutputOf<'consent.list'>['consents'][number];
type Calls = 'consent.list' | 'consent.give' | 'consent.withdraw';

export const meConsents = command({
  name: 'me consents',
  summary: 'Show what takes your consent and how it stands; give it, or take it back.',
  options: {
    give: text('--give <PURPOSE>', 'Agree to this, in the words that are shown.'),
    withdraw: text('--withdraw <PURPOSE>', 'Take this back; what waits to be done is called off.'),
  },
  calls: ['consent.list', 'consent.give', 'consent.withdraw'],
  async *run({ give, withdraw }, desk) {
    if (give !== undefined && withdraw !== undefined)
      throw misused('Say --give PURPOSE or --withdraw PURPOSE, not both.');
    const asked = give ?? withdraw;
    if (asked !== undefined) {
      const { purpose, version } = await choiceOf(desk, asked);
      const source = 'cli';
      if (give === undefined) await desk.call('consent.withdraw', { purpose, source });
      else await desk.call('consent.give', { purpose, version, source });
      yield await choiceOf(desk, asked);
      return;
    }
    yield* (await desk.call('consent.list', {})).consents;
  },
  words({ purpose, title, text: says, consented, latest }, { bold, dim }) {
    const said = latest === null ? '' : dim(`, ${latest.decision} ${timeOf(latest.at)}`);
    const stands = latest?.decision === 'granted' && !consented ? 'given to an older text' : null;
    return [
      `${bold(printable(purpose))}: ${stands ?? (consented ? 'yes' : 'no')}${said}`,
      `  ${printable(title)}. ${printable(says)}`,
    ].join('\n');
  },
});

async function choiceOf({ call }: Desk<Calls>, asked: string): Promise<Choice> {
  const { consents } = await call('consent.list', {});
  const choice = consents.find(({ purpose }) => purpose === asked);
  if (choice) return choice;
  const known = consents.map(({ purpose }) => purpose).join(', ');
  throw new Failure({
    exit: 'refused',
    code: 'not_found',
    sentence: `There is no such purpose. There are: ${known}.`,
  });
}

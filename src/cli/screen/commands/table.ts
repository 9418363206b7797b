/** Every slash command, in the order in which /help shows them, and what else the help has to say. */
import type { SheetRow } from '../model/state.ts';
import { BULK_COMMANDS } from './bulk.ts';
import { CHANNEL_COMMANDS } from './channels.ts';
import { CONVERSATION_COMMANDS } from './conversation.ts';
import { done, no, type Command } from './declare.ts';
import { FINDING_COMMANDS } from './finding.ts';
import { MESSAGE_COMMANDS } from './messages.ts';
import { MODERATION_COMMANDS } from './moderation.ts';
import { PEOPLE_COMMANDS } from './people.ts';
import { REPORT_COMMANDS } from './reports.ts';
import { SETTINGS_COMMANDS } from './settings.ts';

const help: Command = {
  name: 'help',
  takes: '',
  does: 'shows this',
  run(talk) {
    talk.show({ title: 'Commands and keys', rows: helpRows(), offset: 0 });
    return done();
  },
};

const quit: Command = {
  name: 'quit',
  takes: '',
  does: 'leaves; you stay signed in, and what is unsent is kept',
  run(talk) {
    talk.end('quit');
    return done();
  },
};

const signOut: Command = {
  name: 'sign-out',
  takes: '[now]',
  does: 'ends your session on this machine and leaves',
  offers: () => ['now'],
  run(talk, typed) {
    const { length } = talk.client.outbox.entries;
    if (length > 0 && typed.trim() !== 'now') {
      const what = length === 1 ? 'One message is' : `${length} messages are`;
      return no(`${what} not sent yet and would be discarded. /sign-out now does it all the same.`);
    }
    talk.end('sign-out');
    return done();
  },
};

export const COMMANDS: readonly Command[] = [
  ...CHANNEL_COMMANDS,
  ...FINDING_COMMANDS,
  ...PEOPLE_COMMANDS,
  ...SETTINGS_COMMANDS,
  ...MESSAGE_COMMANDS,
  ...CONVERSATION_COMMANDS,
  ...REPORT_COMMANDS,
  ...MODERATION_COMMANDS,
  ...BULK_COMMANDS,
  help,
  quit,
  signOut,
];

/** `/join NAME` */
export function usageOf({ name, takes }: Command): string {
  return takes === '' ? `/${name}` : `/${name} ${takes}`;
}

/** What is no command and still has to be known. */
const KEYS: readonly SheetRow[] = [
  { term: 'Enter', text: 'sends; Alt-Enter, or Ctrl-J, begins a new line' },
  { term: '//text', text: 'sends a message that begins with a slash' },
  { term: 'Tab', text: 'completes a command' },
  { term: 'Alt-↑ Alt-↓', text: 'the channel before, the next one; also Ctrl-P, Ctrl-N' },
  { term: 'Ctrl-K Ctrl-T', text: 'looks for a channel (Ctrl-K where there is nothing to cut)' },
  { term: '↑ ↓ PgUp PgDn', text: 'scrolls; the mouse wheel does too, in most terminals' },
  { term: 'Home End', text: 'the oldest here, the newest, while nothing is written' },
  { term: 'Ctrl-R Ctrl-X', text: 'tries a refused message again, discards it' },
  { term: 'Ctrl-U K W Y', text: 'cuts to the begin, to the end, a word; puts it back' },
  { term: 'Ctrl-L', text: 'paints everything anew' },
  { term: 'Ctrl-C', text: 'leaves; twice, if something is written' },
  { term: '#name *name @name', text: 'a channel everybody may join, a private one, people' },
];

function helpRows(): SheetRow[] {
  const commands = COMMANDS.map((command) => ({ term: usageOf(command), text: command.does }));
  return [...commands, { term: '', text: '' }, ...KEYS];
}

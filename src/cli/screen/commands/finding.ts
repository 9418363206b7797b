/** Commands that find somebody to talk to: people by their addresses, and public channels by looking around. */
import type { OutputOf, UserId } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import type { SheetRow } from '../model/state.ts';
import { refusalSentence } from '../model/words.ts';
import { done, no, type Command } from './declare.ts';

const dm: Command = {
  name: 'dm',
  takes: 'EMAIL [EMAIL …]',
  does: 'goes to the channel that is between you and one to eight others',
  async run(talk, typed) {
    const { client } = talk;
    const emails = typed.trim().split(/\s+/u).filter(Boolean);
    if (emails.length === 0 || emails.some((one) => !one.includes('@')))
      return no('With whom? /dm EMAIL [EMAIL …]');
    const userIds: UserId[] = [];
    for (const email of emails) {
      const found = await client.call('user.find', { email });
      if (!found.ok)
        return found.refusal.code === 'not_found'
          ? no(`Nobody in this workspace has the address ${printable(email)}.`)
          : no(refusalSentence(found.refusal));
      userIds.push(found.data.userId);
    }
    const opened = await client.call('channel.open-direct', { userIds });
    if (!opened.ok) return no(refusalSentence(opened.refusal));
    await talk.enter(opened.data.channel.id);
    return done();
  },
};

/** Channels in one look around, and pages at most. */
const PAGE = 200;
const PAGES = 5;

type Found = OutputOf<'channel.discover'>['channels'][number];

const discover: Command = {
  name: 'discover',
  takes: '[archived]',
  does: 'shows the public channels, the most lately active first; “archived” shows those too',
  offers: (_talk, typed) => ['archived'].filter((word) => word.startsWith(typed.trim())),
  async run(talk, typed) {
    const word = typed.trim();
    if (word !== '' && word !== 'archived') return no('/discover, or /discover archived');
    const found: Found[] = [];
    for (let page = 0; page < PAGES; page += 1) {
      const after = found.at(-1)?.id;
      const archived = word === 'archived';
      const input = { archived, limit: PAGE, ...(after !== undefined && { after }) };
      const outcome = await talk.client.call('channel.discover', input);
      if (!outcome.ok) return no(refusalSentence(outcome.refusal));
      found.push(...outcome.data.channels);
      if (outcome.data.next === null) break;
    }
    found.sort((a, b) => b.activeAt - a.activeAt);
    const count = `${found.length} public ${found.length === 1 ? 'channel' : 'channels'}`;
    talk.show({ title: `${count} · /join NAME`, rows: found.map(rowOf), offset: 0 });
    return done();
  },
};

function rowOf({ name, topic, members, role, archived }: Found): SheetRow {
  const facts = [
    members === 1 ? '1 person' : `${members} people`,
    ...(role === null ? [] : ['you are in it']),
    ...(archived ? ['archived'] : []),
    ...(topic === null ? [] : [printable(topic)]),
  ];
  return { term: `#${printable(name)}`, text: facts.join(' · ') };
}

export const FINDING_COMMANDS: readonly Command[] = [discover, dm];

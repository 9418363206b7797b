/** What comes of reports and deletions while somebody sits before the screen: said to who asked, and who looks after them. */
import type { CallOutcome, InputOf, Unlisten } from '../../../client/index.ts';
import type { Report } from '../model/queue.ts';
import type { Chat } from './chat.ts';
import { takesUpDeletions, whereIs } from './under-way.ts';

/** Pages of one's own reports that are looked through for one of them. */
const PAGES = 5;
const PAGE = 200;

const DONE = {
  none: 'nothing had to be done',
  warned: 'its author was warned',
  'message-deleted': 'it was deleted',
  muted: 'its author was muted',
  removed: 'its author was removed from the channel',
  banned: 'its author was banned from the channel',
  other: 'a moderator saw to it',
} as const satisfies Record<NonNullable<Report['action']>, string>;

export function listenToNews(chat: Chat): readonly Unlisten[] {
  const { client, reports } = chat;
  return [
    client.listen('queue.changed', ({ channelId, state }) => {
      reports.changed();
      if (state === 'open' && !chat.state.queue)
        chat.say('notice', `A message in ${whereIs(chat, channelId)} was reported. /queue`, false);
    }),
    client.deletions.on('changed', () => {
      for (const words of chat.deleting.over(client.deletions.all)) chat.say('good', words, false);
    }),
    ...takesUpDeletions(chat),
    client.listen('report.updated', ({ reportId, state }) =>
      chat.background(tellReporter(chat, reportId, state)),
    ),
  ];
}

async function tellReporter(chat: Chat, id: Report['id'], state: Report['state']): Promise<void> {
  const report = await ownReport(chat, id, state);
  const message = report && chat.messageOf(report);
  const which = message ? `message ${message.seq}` : 'a message';
  const where = report ? ` in ${whereIs(chat, report.channelId)}` : '';
  const words = becameWords(state, report?.action ?? null);
  chat.say('notice', `Your report of ${which}${where}: ${words}.`, false);
}

function becameWords(state: Report['state'], action: Report['action']): string {
  if (state === 'dismissed') return 'the moderators saw no reason to do anything';
  if (state === 'resolved') return DONE[action ?? 'other'];
  return 'a moderator is looking at it';
}

/** What the server has of it, as far as it is found. */
async function ownReport(
  { client }: Chat,
  id: Report['id'],
  state: Report['state'],
): Promise<Report | null> {
  let after: Report['id'] | undefined;
  for (let page = 0; page < PAGES; page += 1) {
    const input: InputOf<'report.list'> = {
      ...{ of: 'mine', state, limit: PAGE },
      ...(after !== undefined && { after }),
    };
    const listed: CallOutcome<'report.list'> = await client.call('report.list', input);
    if (!listed.ok) return null;
    const found = listed.data.reports.find((report) => report.id === id);
    if (found || !listed.data.more) return found ?? null;
    after = listed.data.reports.at(-1)?.id;
  }
  return null;
}

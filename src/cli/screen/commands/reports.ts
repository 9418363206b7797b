/** Commands about reports: to make one, to look through those that wait, and to take one up and decide it. */
import { ReportAction, ReportCategory } from '../../../contract/index.ts';
import { labelOfReport, type Queued } from '../model/queue.ts';
import { refusalSentence } from '../model/words.ts';
import { done, inRoom, no, type Answer, type Command, type Talk } from './declare.ts';
import { messageCalled } from './messages.ts';

const report: Command = {
  name: 'report',
  takes: 'N [category] [words]',
  does: `brings message N to the moderators: ${ReportCategory.options.join(', ')}`,
  offers: (_talk, typed) => completed(typed, 1, ReportCategory.options),
  run: inRoom(async (talk, room, typed) => {
    const [number = '', ...words] = typed.trim().split(/\s+/u);
    if (!/^#?\d+$/u.test(number)) return no('Which one? /report N [category] [words]');
    const found = await messageCalled(talk, room.id, number, 'report');
    if (!found.ok) return found;
    const named = ReportCategory.safeParse(words[0]);
    const text = words.slice(named.success ? 1 : 0).join(' ');
    const outcome = await talk.client.call('report.create', {
      channelId: room.id,
      messageId: found.value.id,
      category: named.data ?? 'other',
      ...(text !== '' && { text }),
    });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`Message ${found.value.seq} is reported. You are told what becomes of it.`);
  }),
};

const queue: Command = {
  name: 'queue',
  takes: '',
  does: 'opens the reports that wait for a moderator, in all channels that you look after',
  run(talk) {
    talk.queue.open();
    return done();
  },
};

/** A command about a report of the queue: by the number that it has there, or else about the chosen one. */
function onReport(
  declared: Pick<Command, 'name' | 'takes' | 'does' | 'offers'>,
  run: (talk: Talk, queued: Queued, rest: string) => Promise<Answer>,
): Command {
  return {
    ...declared,
    run(talk, typed) {
      const [, number, rest = ''] = /^(?:R(\d{1,9})(?:\s+|$))?(.*)$/isu.exec(typed.trim()) ?? [];
      const meant = number === undefined ? talk.queue.chosen : talk.queue.called(Number(number));
      if (meant) return run(talk, meant, rest.trim());
      return no(
        number === undefined
          ? `Which one? /queue shows them, and /${declared.name} R1 means the one called R1.`
          : `There is no report R${number} in the queue. /queue shows those that there are.`,
      );
    },
  };
}

const claim = onReport(
  {
    name: 'claim',
    takes: '[R1]',
    does: 'takes a report of the queue up, so that nobody else decides it',
  },
  async (talk, one) => {
    const outcome = await talk.client.call('report.claim', { reportId: one.report.id });
    talk.queue.changed(outcome.ok ? outcome.data : undefined);
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`${labelOfReport(one)} is yours. Who reported it is told that it is looked at.`);
  },
);

const ACTIONS = ReportAction.options;

const resolve = onReport(
  {
    name: 'resolve',
    takes: '[R1] ACTION [note]',
    does: `closes a report with what was done about it: ${ACTIONS.join(', ')}`,
    offers: (_talk, typed) => completed(typed, /^R\d+\s/iu.test(typed) ? 1 : 0, ACTIONS),
  },
  async (talk, one, typed) => {
    const [word = '', ...words] = typed.split(/\s+/u);
    const action = ReportAction.safeParse(word);
    if (!action.success) return no(`What was done about it? One of: ${ACTIONS.join(', ')}.`);
    const note = words.join(' ');
    const outcome = await talk.client.call('report.resolve', {
      reportId: one.report.id,
      action: action.data,
      ...(note !== '' && { note }),
    });
    talk.queue.changed(outcome.ok ? outcome.data : undefined);
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`${labelOfReport(one)} is closed. Who reported it is told what was done.`);
  },
);

const dismiss = onReport(
  {
    name: 'dismiss',
    takes: '[R1] REASON',
    does: 'closes a report about which nothing is to be done; the reason stays with moderators',
  },
  async (talk, one, reason) => {
    if (reason === '') return no(`Why? /dismiss ${labelOfReport(one)} REASON`);
    const input = { reportId: one.report.id, reason };
    const outcome = await talk.client.call('report.dismiss', input);
    talk.queue.changed(outcome.ok ? outcome.data : undefined);
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done(`${labelOfReport(one)} is closed. Who reported it is told, and not why.`);
  },
);

/** What the word after so many others may become. */
function completed(typed: string, after: number, words: readonly string[]): readonly string[] {
  const typedWords = typed.split(/\s+/u);
  const last = typedWords[after];
  if (last === undefined || typedWords.length > after + 1) return [];
  const before = typed.slice(0, typed.length - last.length);
  return words.filter((word) => word.startsWith(last)).map((word) => `${before}${word}`);
}

export const REPORT_COMMANDS: readonly Command[] = [report, queue, claim, resolve, dismiss];

/** Commands that delete much at once: counted and asked back first, and called off while they go on. */
import { labelOf } from '../model/room.ts';
import { refusalSentence } from '../model/words.ts';
import { done, inRoom, no, type Command } from './declare.ts';
import { timeAndReason } from './moderation.ts';
import { beginningNames, personIn } from './people.ts';

const TAKES = 'NAME [since 2h] REASON';

const deleteMany: Command = {
  name: 'delete-many',
  takes: TAKES,
  does: 'deletes what somebody wrote here, all of it or of the last 30m, 2h or 7d; it asks first',
  offers: beginningNames,
  run: inRoom(async (talk, room, typed) => {
    const named = typed.trim().replace(/^@/u, '');
    if (named === '') return no(`Of whom? /delete-many ${TAKES}`);
    const meant = personIn(named, talk.people);
    if (!meant.ok) return meant;
    const { person, rest } = meant;
    const since = /^since\s+(.*)$/su.exec(rest)?.[1];
    const { durationMs, reason } = timeAndReason(since ?? '');
    if (since !== undefined && durationMs === undefined)
      return no(`Since when? As in /delete-many ${person.name} since 2h REASON`);
    const why = since === undefined ? rest : reason;
    if (why === '') return no(`Why? They are told. /delete-many ${TAKES}`);
    const asked = {
      channelId: room.id,
      authorId: person.userId,
      ...(durationMs !== undefined && { from: talk.now() - durationMs }),
    };
    const counted = await talk.client.call('deletion.preview', asked);
    if (!counted.ok) return no(refusalSentence(counted.refusal));
    const { messages, more } = counted.data;
    if (messages === 0) return done(`There is nothing of ${person.name} to delete there.`);
    const what = `${more ? 'more than ' : ''}${messages} ${messages === 1 ? 'message' : 'messages'}`;
    const where = labelOf(room);
    if (!talk.confirmed(`${room.id} ${person.userId} ${typed}`))
      return no(`This deletes ${what} of ${person.name} in ${where} for good. Enter does it.`);
    const begun = await talk.client.call('message.delete-many', { ...asked, reason: why });
    if (!begun.ok) return no(refusalSentence(begun.refusal));
    const about = { who: () => person.name, where: () => where, expected: messages };
    talk.deleting.begin(begun.data.deletionId, about);
    return done('It has begun. /stop-deleting calls it off.');
  }),
};

const stopDeleting: Command = {
  name: 'stop-deleting',
  takes: '',
  does: 'calls off the /delete-many that was begun last; what is deleted stays so',
  async run({ client, deleting }) {
    const { last } = deleting;
    if (last === null) return no('Nothing of yours is being deleted.');
    const outcome = await client.call('deletion.cancel', { deletionId: last });
    if (!outcome.ok) return no(refusalSentence(outcome.refusal));
    return done();
  },
};

export const BULK_COMMANDS: readonly Command[] = [deleteMany, stopDeleting];

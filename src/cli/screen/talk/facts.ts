/** What a frame is made of: what the logs hold and what has been made of the screen, as they are at this moment. */
import { printable } from '../../printable.ts';
import { hintFor } from '../commands/typed.ts';
import type { FrameParts } from '../layout/frame.ts';
import type { QueueParts } from '../layout/queue.ts';
import { labelOf, type Room } from '../model/room.ts';
import { composerOf } from '../model/state.ts';
import type { Size } from '../terminal/terminal.ts';
import type { Chat } from './chat.ts';
import { chosenReport } from './looking-through.ts';
import { shortId } from './names.ts';
import { findsOf } from './picking.ts';

export function factsOf(chat: Chat, size: Size): FrameParts {
  const { room, rooms, client, state } = chat;
  const { me, server } = chat.options;
  const log = room ? rooms.logOf(room.id) : null;
  const messages = log?.messages ?? [];
  const connection = client.state.value;
  return {
    size,
    state,
    me: chat.me,
    title: chat.title,
    rooms: rooms.mine,
    room,
    log: log?.state ?? null,
    typing: room ? client.typing.in(room.id).map((userId) => chat.nameIn(userId, room.id)) : [],
    people: log?.membersComplete ? log.members.size : null,
    status: {
      connection,
      hasBeenOnline: chat.hasBeenOnline,
      me: printable(me.displayName),
      server: printable(server),
      unsent: client.outbox.entries.length,
    },
    conversation: {
      messages,
      unsent: room ? chat.sending.unsentIn(room.id, messages) : [],
      beginning: room ? beginning(chat, room) : '',
      isOnline: connection.is === 'online',
      me: chat.me,
      nameOf: (userId) => (room ? chat.nameIn(userId, room.id) : ''),
      now: chat.now(),
    },
    invitation: invitation(chat),
    standing: standing(chat),
    hint: hintFor(composerOf(state).text),
    finds: findsOf(chat),
    queue: state.queue && queueFacts(chat),
  };
}

/** What goes on by itself, and what holds one in the channel. */
function standing({ client, deleting, held, room, state }: Chat): readonly string[] {
  const words = room && !state.queue ? held.wordsIn(room.id) : null;
  return [...deleting.words(client.deletions.all), ...(words === null ? [] : [words])];
}

function queueFacts(chat: Chat): QueueParts {
  const { reports, rooms, me } = chat;
  const { queued, isRead, hasMore, why } = reports;
  return {
    ...{ queued, isRead, hasMore, why, me, now: chat.now() },
    chosen: chosenReport(chat),
    whereOf({ channelId }) {
      const room = rooms.find(channelId);
      return room ? labelOf(room) : `channel ${shortId(channelId)}`;
    },
    nameOf: (userId, { channelId }) => chat.nameIn(userId, channelId),
    messageOf: (report) => chat.messageOf(report),
  };
}

function beginning(chat: Chat, room: Room): string {
  const log = chat.rooms.logOf(room.id);
  if (!room.isJoined) return 'You are not in this channel any more.';
  if (!log || log.state.is === 'loading') return '';
  if (log.hasOlder) return chat.older.words(log);
  const label = labelOf(room);
  return room.channel.historyPolicy === 'since-join'
    ? `You see what was said in ${label} since you joined.`
    : `Here begins ${label}.`;
}

function invitation({ rooms }: Chat): string {
  if (!rooms.isListed) return 'Your channels are on their way …';
  const names = rooms.others.slice(0, 8).map(labelOf);
  const open = names.length > 0 ? ` You can join ${names.join(', ')}: /join NAME.` : '';
  return `You are in no channel yet.${open} /create NAME makes one, /help shows everything else.`;
}

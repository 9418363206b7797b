/** Prints what happens in channels, a line for each event, until it is ended; lost connections leave no hole. */
import type { Channel, Client } from '../../client/index.ts';
import { command, words } from '../command.ts';
import type { Desk } from '../desk.ts';
import { endOf } from '../dial.ts';
import { Failure, refusedWith } from '../failure.ts';
import { findChannel } from '../find-channel.ts';
import { messageLine } from '../message-line.ts';
import { Names, shownName } from '../names.ts';
import { printable } from '../printable.ts';
import { RowQueue } from '../row-queue.ts';
import { settingsLine } from '../settings-line.ts';
import type { Style } from '../style.ts';
import type { CallOff } from '../surroundings.ts';
import { Tail, type ChannelEvent } from '../tail.ts';

type Place = Pick<Channel, 'id' | 'name'>;

type Row =
  | { readonly kind: 'listening'; readonly channel: Place; readonly rev: number }
  | {
      readonly kind: 'event';
      readonly channel: Place;
      readonly event: ChannelEvent;
      readonly name: string | null;
    }
  | { readonly kind: 'gap'; readonly channel: Place; readonly rev: number }
  | { readonly kind: 'ended'; readonly channel: Place; readonly code: string };

export const listen = command({
  name: 'listen',
  summary: 'Print what happens in channels until Ctrl-C.',
  arguments: { channels: words('CHANNEL', 'Their names, the beginnings of them, or their ids.') },
  calls: ['channel.list', 'channel.subscribe', 'channel.resume', 'member.list', 'message.history'],
  async *run({ channels: named }, desk) {
    const places = new Map<string, Place>();
    for (const one of named) {
      const place = await findChannel(one, desk);
      places.set(place.id, place);
    }
    const { client } = await desk.connected();
    const rows = new RowQueue<Row>();
    let open = places.size;
    for (const channel of places.values()) {
      const names = new Names(desk, channel.id);
      let seen = 0;
      const gap = (rev: number): Row => ({ kind: 'gap', channel, rev });
      new Tail({
        client,
        channelId: channel.id,
        later: desk.surroundings.machine.later,
        began: ({ lastRev }) => rows.add(() => ({ kind: 'listening', channel, rev: lastRev })),
        event(event) {
          seen = event.rev;
          const make = () => eventRow(event, channel, names, { ...desk, client });
          rows.offer(make, () => gap(seen));
        },
        gap: (rev) => rows.add(() => gap(rev)),
        ended(refusal) {
          rows.add(() => ({ kind: 'ended', channel, code: refusal.code }));
          open -= 1;
          if (open === 0) rows.fail(refusedWith(refusal));
        },
      });
    }
    tellOfLosses(client, rows, desk);
    yield* rows;
  },
  words: lineOf,
  json(row) {
    const { id: channelId, name: channel } = row.channel;
    if (row.kind === 'listening' || row.kind === 'gap')
      return { event: row.kind, channelId, channel, rev: row.rev };
    if (row.kind === 'ended') return { event: row.kind, channelId, channel, code: row.code };
    const { event, name } = row;
    if (event.kind === 'message')
      return { event: 'message', channelId, channel, author: name, message: event.message };
    if (event.kind === 'member')
      return { event: 'member', channelId, channel, name, member: event.member };
    return event.kind === 'channel'
      ? { event: 'channel', channelId, channel, settings: event.channel }
      : { event: 'truncated', channelId, channel, belowSeq: event.belowSeq };
  },
});

/** A new token brings a new connection: what is mended in that time is no loss. */
const MENDED_MS = 2_000;

function tellOfLosses(client: Client, rows: RowQueue<Row>, { output, surroundings }: Desk): void {
  let callOff: CallOff | null = null;
  let isTold = false;
  client.state.watch((state) => {
    callOff?.();
    callOff = null;
    if (state.is === 'connecting')
      callOff = surroundings.machine.later(MENDED_MS, () => {
        isTold = true;
        output.note('The connection is lost; trying again …');
      });
    else if (state.is !== 'online') rows.fail(endOf(state));
    else if (isTold) {
      isTold = false;
      output.note('Connected again.');
    }
  });
}

/** The event with what it does not carry: the name of who it is about, and a text that had to be fetched. */
async function eventRow(
  event: ChannelEvent,
  channel: Place,
  names: Names,
  desk: Desk<'member.list' | 'message.history'> & { readonly client: Client },
): Promise<Row> {
  if (event.kind === 'truncated' || event.kind === 'channel')
    return { kind: 'event', channel, event, name: null };
  const who = event.kind === 'message' ? event.message.authorId : event.member.userId;
  await asLongAsItTakes(desk, () => names.learn([who]));
  const whole = await asLongAsItTakes(desk, () => withText(event, channel, desk));
  return { kind: 'event', channel, event: whole ?? event, name: names.of(who) };
}

/** Between two attempts, while the connection is lost. */
const AGAIN_MS = 1_000;

/** Null where it is refused for good: who was removed may not look a name up any more, and still hears of it. */
async function asLongAsItTakes<T>(
  { client, surroundings: { machine } }: Pick<Desk, 'surroundings'> & { readonly client: Client },
  ask: () => Promise<T>,
): Promise<T | null> {
  do {
    try {
      return await ask();
    } catch (error) {
      if (!(error instanceof Failure)) throw error;
      if (error.refusal?.retry !== 'later' && error.exit !== 'unreachable') return null;
      await new Promise<void>((resolve) => machine.later(AGAIN_MS, resolve));
    }
  } while (client.state.value.is !== 'offline');
  return null;
}

/** A frame goes to people of whom some may not read it: who may, reads it in the history. */
async function withText(
  event: ChannelEvent,
  { id: channelId }: Place,
  { call }: Desk<'message.history'>,
): Promise<ChannelEvent> {
  if (event.kind !== 'message' || event.message.content !== 'withheld') return event;
  const { seq } = event.message;
  const { messages } = await call('message.history', { channelId, before: seq + 1, limit: 1 });
  const message = messages.find((one) => one.seq === seq);
  return message ? { ...event, message } : event;
}

function lineOf(row: Row, style: Style): string {
  const place = style.dim(`[${printable(row.channel.name)}]`);
  if (row.kind === 'event') return `${place} ${eventLine(row.event, row.name, style)}`;
  const words = {
    listening: 'listening',
    gap: 'too much happened meanwhile; conclave history shows the messages',
    ended: 'you may not read this channel any more',
  } as const satisfies Record<typeof row.kind, string>;
  return `${place} ${style.dim(words[row.kind])}`;
}

function eventLine(event: ChannelEvent, name: string | null, style: Style): string {
  if (event.kind === 'message')
    return messageLine(event.message, shownName(name, event.message.authorId), style);
  if (event.kind === 'truncated')
    return style.dim('the oldest messages were removed for good, as this channel does with them');
  if (event.kind === 'channel') return style.dim(settingsLine(event.channel));
  const { userId, state, role } = event.member;
  const who = style.bold(shownName(name, userId));
  return state === 'left' ? `${who} left` : `${who} is in it as ${role}`;
}

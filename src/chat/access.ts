/** Declares who may act in a channel or on a message; the decision is made under the channel's lock. */
import {
  mayFromOutside,
  mayInChannel,
  sees,
  type ChannelPermission,
  type Standing,
} from '../access/index.ts';
import type { ChannelId, MessageId } from '../contract/index.ts';
import { Refusal, type Access, type Actor } from '../kernel/index.ts';
import { mayRead, type ChannelRow, type MessageRow } from './rows.ts';
import type { ChatServices } from './services.ts';

export interface InChannel {
  readonly channel: ChannelRow;
  readonly standing: Standing;
}

export interface OnMessage extends InChannel {
  readonly message: MessageRow;
}

/** `change` locks the channel first: what the decision rests on cannot change before the commit. */
type Mode = 'read' | 'change' | 'change-even-archived';

/**
 * The channel named by `channelId`, for callers who hold the permission there. For who is banned from it, it is not
 * there, unless `banned-too` leaves it to the handler to tell them so.
 */
export function onChannel(
  permission: ChannelPermission,
  mode: Mode,
  whom: 'not-banned' | 'banned-too' = 'not-banned',
): Access<{ readonly channelId: ChannelId }, Actor, InChannel, ChatServices> {
  return {
    describe: `channel permission ${permission}`,
    asks: { of: 'channel', permissions: [permission] },
    audience: 'signed-in',
    workspace: null,
    about: ({ channelId: id }) => ({ kind: 'channel', id }),
    async resolve({ input, caller, services }) {
      const subject = await visible(input.channelId, caller, services, mode, whom);
      if (!mayInChannel(subject.standing, permission)) throw new Refusal('forbidden');
      refuseArchived(subject.channel, mode);
      return subject;
    },
  };
}

/** One of several channels: what was asked of it, and the authorised row or the refusal that it would be alone. */
export interface Judged<E> {
  readonly asked: E;
  readonly verdict: InChannel | Refusal;
}

/**
 * Every channel named in `channels`, each judged by itself in the order of the input, for callers who hold the
 * permission there: a no to one is no no to the others. Two queries, however many there are.
 */
export function onEachChannel<E extends { readonly id: ChannelId }>(
  permission: ChannelPermission,
): Access<{ readonly channels: readonly E[] }, Actor, readonly Judged<E>[], ChatServices> {
  return {
    describe: `channel permission ${permission}, decided for each channel apart`,
    asks: { of: 'channel', permissions: [permission] },
    audience: 'signed-in',
    workspace: null,
    async resolve({ input, caller, services }) {
      const ids = input.channels.map(({ id }) => id);
      const rows = await services.channels.findAll(ids);
      const channels = new Map(rows.map((row) => [row.id, row]));
      const standings = await services.standings.inChannels(caller.userId, ids);
      return input.channels.map((asked) => {
        const subject = seen(channels.get(asked.id), standings.get(asked.id));
        if (!subject) return { asked, verdict: new Refusal('not_found') };
        const may = mayInChannel(subject.standing, permission);
        return { asked, verdict: may ? subject : new Refusal('forbidden') };
      });
    },
  };
}

/**
 * The message named by `messageId` in `channelId`; which permission it takes depends on whose message it is. Only
 * who may read it is told that it exists, but for staff of a public channel, who may act on what they cannot read.
 */
export function onMessage(needs: {
  readonly own: ChannelPermission;
  readonly any: ChannelPermission;
}): Access<
  { readonly channelId: ChannelId; readonly messageId: MessageId },
  Actor,
  OnMessage,
  ChatServices
> {
  return {
    describe: `own message: ${needs.own}, any message: ${needs.any}`,
    asks: { of: 'channel', permissions: [needs.own, needs.any] },
    audience: 'signed-in',
    workspace: null,
    about: ({ messageId: id }) => ({ kind: 'message', id }),
    async resolve({ input, caller, services }) {
      const subject = await visible(input.channelId, caller, services, 'change');
      const { standing } = subject;
      const may = {
        own: mayInChannel(standing, needs.own),
        any: mayInChannel(standing, needs.any),
      };
      if (!may.own && !may.any) throw new Refusal('forbidden'); // whatever message it may be
      const message = await services.messages.find(subject.channel.id, input.messageId);
      const readable = await services.memberships.readable(subject.channel, caller.userId);
      const reached =
        message && (mayRead(readable, message.seq) || mayFromOutside(standing, needs.any));
      if (!reached) throw new Refusal('not_found');
      if (!may[message.authorId === caller.userId ? 'own' : 'any']) throw new Refusal('forbidden');
      refuseArchived(subject.channel, 'change');
      return { ...subject, message };
    },
  };
}

async function visible(
  channelId: ChannelId,
  caller: Actor,
  services: ChatServices,
  mode: Mode,
  whom: 'not-banned' | 'banned-too' = 'not-banned',
): Promise<InChannel> {
  const { channels } = services;
  const channel = mode === 'read' ? await channels.find(channelId) : await channels.lock(channelId);
  const { standings } = services;
  const standing =
    mode === 'read'
      ? await standings.inChannel(caller.userId, channelId)
      : await standings.heldInChannel(caller.userId, channelId);
  const judged = standing && whom === 'banned-too' ? { ...standing, banned: false } : standing;
  const subject = seen(channel, judged);
  if (!subject) throw new Refusal('not_found');
  return subject;
}

/** Null where the channel does not exist for the caller, for whatever reason. */
function seen(
  channel: ChannelRow | null | undefined,
  standing: Standing | null | undefined,
): InChannel | null {
  return channel && standing && sees(standing) ? { channel, standing } : null;
}

function refuseArchived(channel: ChannelRow, mode: Mode): void {
  if (mode === 'change' && channel.archivedAt !== null) throw new Refusal('channel_archived');
}

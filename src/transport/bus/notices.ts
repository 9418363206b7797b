/** What one node tells the others once it is committed: everything that arrives has exactly one of these shapes. */
import { z } from 'zod';
import {
  ChannelEvent,
  ChannelId,
  CLOSURES,
  Rev,
  Seq,
  SessionId,
  UserId,
  WorkspaceId,
  type ClosureCode,
} from '../../contract/index.ts';
import type { Effect } from '../../kernel/index.ts';

/** Largest notice that carries events, in bytes of JSON; a larger one says only how far the log reaches. */
export const NOTICE_BYTES = 32 * 1024;

const CLOSURE_CODES = Object.keys(CLOSURES) as [ClosureCode, ...ClosureCode[]];

const ChannelChanged = z
  .strictObject({
    effect: z.literal('channel-changed'),
    workspaceId: WorkspaceId,
    channelId: ChannelId,
    last: Rev,
    events: z.array(ChannelEvent),
  })
  .refine(({ channelId, last, events }) => {
    const first = last - events.length + 1;
    const inOrder = events.every(({ rev }, i) => rev === first + i);
    return (
      inOrder && events.every((e) => e.kind !== 'message' || e.message.channelId === channelId)
    );
  }, 'events are those of one commit in this channel, in order, up to `last`');

/** The broadcasts that a node may make for another one: each names its payload's shape here. */
const told = { effect: z.literal('tell'), userId: UserId };
const Told = z.discriminatedUnion('event', [
  z.strictObject({
    ...told,
    event: z.literal('access.changed'),
    payload: z.strictObject({ channelId: ChannelId }),
  }),
  z.strictObject({
    ...told,
    event: z.literal('receipt.marked'),
    payload: z.strictObject({ channelId: ChannelId, seq: Seq }),
  }),
]);

const SessionEnded = z.strictObject({
  effect: z.literal('session-ended'),
  sessionId: SessionId,
  closure: z.enum(CLOSURE_CODES),
});

const ControlRecorded = z.strictObject({ effect: z.literal('control-recorded') });

const Typing = z.strictObject({
  effect: z.literal('typing'),
  channelId: ChannelId,
  userId: UserId,
});

/** More than one node ever says at a time. */
const STIRRED = 500;
const Stirred = z.strictObject({
  effect: z.literal('presence-stirred'),
  workspaceId: WorkspaceId,
  userIds: z.array(UserId).min(1).max(STIRRED),
});

const Notice = z.discriminatedUnion('effect', [
  ChannelChanged,
  Told,
  SessionEnded,
  ControlRecorded,
  Typing,
  Stirred,
]);
export type Notice = z.infer<typeof Notice>;

/** The notice of an effect, small enough to send; null for what concerns only this node. */
export function noticeOf(effect: Effect): Notice | null {
  switch (effect.effect) {
    case 'subscribe':
    case 'reauthorised':
    case 'presence-set':
    case 'presence-watched':
      return null;
    case 'session-ended':
    case 'control-recorded':
    case 'typing':
      return effect;
    case 'presence-stirred':
      return { ...effect, userIds: [...effect.userIds] };
    case 'tell': {
      const parsed = Told.safeParse(effect);
      return parsed.success ? parsed.data : null;
    }
    case 'channel-changed': {
      const events = [...effect.events];
      const fits = Buffer.byteLength(JSON.stringify(events)) <= NOTICE_BYTES;
      return { ...effect, events: fits ? events : [] };
    }
  }
}

/** What arrived, if it is a notice. */
export function readNotice(value: unknown): Notice | null {
  const parsed = Notice.safeParse(value);
  return parsed.success ? parsed.data : null;
}

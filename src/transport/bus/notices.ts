/** What one node tells the others once it is committed: everything that arrives has exactly one of these shapes. */
import { z } from 'zod';
import {
  ChannelEvent,
  ChannelId,
  ChannelRole,
  CLOSURES,
  DeletionId,
  ExportProgress,
  Jti,
  PrivacyRequestId,
  PrivacyRequestKind,
  ReportId,
  ReportState,
  RetentionProgress,
  Rev,
  ROLE_CHANNELS,
  RoleId,
  Seq,
  SessionId,
  UserId,
  WorkspaceId,
  type Broadcasts,
  type ClosureCode,
  ErasureId,
  ErasureState,
} from '../../contract/index.ts';
import type { Effect } from '../../kernel/index.ts';

/** Largest packet of notices, in bytes of JSON; a change that is larger alone says only how far the log reaches. */
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
const told = <E extends keyof Broadcasts, P extends z.ZodType>(event: E, payload: P) =>
  z.strictObject({
    effect: z.literal('tell'),
    userId: UserId,
    event: z.literal(event),
    payload,
  });
const Told = z.discriminatedUnion('event', [
  told(
    'erasure.progress',
    z.strictObject({
      erasureId: ErasureId,
      state: ErasureState,
      step: z.int().nonnegative(),
      steps: z.int().positive(),
    }),
  ),
  told('access.changed', z.strictObject({ channelId: ChannelId })),
  told(
    'moderation.progress',
    z.strictObject({
      deletionId: DeletionId,
      channelId: ChannelId,
      deleted: z.int().nonnegative(),
      finished: z.boolean(),
    }),
  ),
  told('moderation.acted', z.strictObject({ channelId: ChannelId })),
  told(
    'queue.changed',
    z.strictObject({ reportId: ReportId, channelId: ChannelId, state: ReportState }),
  ),
  told('export.progress', ExportProgress),
  told(
    'privacy.request-due',
    z.strictObject({
      requestId: PrivacyRequestId,
      kind: PrivacyRequestKind,
      dueAt: z.int().nonnegative(),
    }),
  ),
  told(
    'privacy.request-extended',
    z.strictObject({ requestId: PrivacyRequestId, dueAt: z.int().nonnegative() }),
  ),
  told('retention.progress', RetentionProgress),
  told('report.updated', z.strictObject({ reportId: ReportId, state: ReportState })),
  told('receipt.marked', z.strictObject({ channelId: ChannelId, seq: Seq })),
]);

const SessionEnded = z.strictObject({
  effect: z.literal('session-ended'),
  sessionId: SessionId,
  closure: z.enum(CLOSURE_CODES),
});

const TokenRevoked = z.strictObject({
  effect: z.literal('token-revoked'),
  sessionId: SessionId,
  jti: Jti,
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

const Opened = z.strictObject({
  effect: z.literal('reading-opened'),
  workspaceId: WorkspaceId,
  channelIds: z.array(ChannelId).min(1).max(ROLE_CHANNELS),
  to: z.union([
    z.strictObject({ channelRole: ChannelRole }),
    z.strictObject({ roleId: RoleId }),
    z.literal('named'),
  ]),
});

const Notice = z.discriminatedUnion('effect', [
  ChannelChanged,
  Told,
  SessionEnded,
  TokenRevoked,
  ControlRecorded,
  Typing,
  Stirred,
  Opened,
]);
export type Notice = z.infer<typeof Notice>;

/** The notice of an effect, whatever its size; null for what concerns only this node. */
export function noticeOf(effect: Effect): Notice | null {
  switch (effect.effect) {
    case 'subscribe':
    case 'reauthorised':
    case 'presence-set':
    case 'presence-watched':
      return null;
    case 'session-ended':
    case 'token-revoked':
    case 'control-recorded':
    case 'typing':
      return effect;
    case 'presence-stirred':
      return { ...effect, userIds: [...effect.userIds] };
    case 'reading-opened':
      return { ...effect, channelIds: [...effect.channelIds] };
    case 'tell':
      return Told.safeParse(effect).data ?? null;
    case 'channel-changed':
      return { ...effect, events: [...effect.events] };
  }
}

/** The notices in their order, in packets of at most about `NOTICE_BYTES`; what alone is larger goes without events. */
export function inPackets(notices: readonly Notice[]): Notice[][] {
  const packets: Notice[][] = [];
  let filled = Infinity;
  for (const notice of notices) {
    const [fitting, bytes] = withinBytes(notice);
    if (filled + bytes > NOTICE_BYTES) {
      packets.push([]);
      filled = 0;
    }
    packets.at(-1)?.push(fitting);
    filled += bytes;
  }
  return packets;
}

function withinBytes(notice: Notice): readonly [Notice, number] {
  const bytes = Buffer.byteLength(JSON.stringify(notice));
  if (bytes <= NOTICE_BYTES || notice.effect !== 'channel-changed') return [notice, bytes];
  return withinBytes({ ...notice, events: [] });
}

/** What arrived, if it is a notice. */
export function readNotice(value: unknown): Notice | null {
  const parsed = Notice.safeParse(value);
  return parsed.success ? parsed.data : null;
}

/** Every event that the server sends unasked, with its payload. */
import type { Closing } from './closures.ts';
import type { z } from 'zod';
import type { ExportProgress } from './exports.ts';
import type { ChannelId, UserId } from './ids.ts';
import type { DeletionId, ReportId, ReportState } from './moderation.ts';
import type { ShownPresence } from './presence.ts';
import type { ErasureId, ErasureState } from './privacy.ts';
import type { PrivacyRequestId, PrivacyRequestKind } from './privacy-requests.ts';
import type { RetentionProgress } from './retention.ts';
import type { ChannelFrame, ChannelHead } from './shapes.ts';

export interface Broadcasts {
  /** What changed in a subscribed channel. A frame whose `prev` is not one's own position is a gap: resume. */
  'channel.events': ChannelFrame;
  /**
   * How far the logs of subscribed channels reach, about every ten seconds (`HEADS_EVERY_MS`), in pieces of at most
   * `HEADS_CHANNELS`. A head beyond one's own position is a gap that no frame showed, another epoch a reset. Silence
   * means nothing: a connection that has much to take, or a channel in the middle of a change, is left out.
   */
  'channel.heads': { readonly channels: readonly ChannelHead[] };
  /** The caller's standing in a channel changed: list, read or subscribe again. */
  'access.changed': { readonly channelId: ChannelId };
  /** Something became of a report that the caller made: `report.list` tells more. */
  'report.updated': { readonly reportId: ReportId; readonly state: ReportState };
  /** A report that the caller may look at was made, taken up or decided: `report.list` tells what it is now. */
  'queue.changed': {
    readonly reportId: ReportId;
    readonly channelId: ChannelId;
    readonly state: ReportState;
  };
  /** Something was done to the caller or to what they wrote, or is over: `moderation.mine` tells what, and why. */
  'moderation.acted': { readonly channelId: ChannelId };
  /** How far a `message.delete-many` of the caller is. */
  'moderation.progress': {
    readonly deletionId: DeletionId;
    readonly channelId: ChannelId;
    /** Messages that it deleted so far. */
    readonly deleted: number;
    readonly finished: boolean;
  };
  /** How far an erasure is that the caller asked for; `step` of `steps` is done. */
  'erasure.progress': {
    readonly erasureId: ErasureId;
    readonly state: ErasureState;
    readonly step: number;
    readonly steps: number;
  };
  /** A request of somebody about their data is due within a week, or a day: to administrators, each time once. */
  'privacy.request-due': {
    readonly requestId: PrivacyRequestId;
    readonly kind: PrivacyRequestKind;
    readonly dueAt: number;
  };
  /** A request about the caller's data takes longer: `privacy.mine` says why. */
  'privacy.request-extended': { readonly requestId: PrivacyRequestId; readonly dueAt: number };
  /** How far an export is that the caller asked for; the last one says how it ended. */
  'export.progress': z.infer<typeof ExportProgress>;
  /** How far a run of retention is that the caller asked for. */
  'retention.progress': RetentionProgress;
  /**
   * Somebody else is writing there: true for `TYPING_SHOWN_MS` unless they post. May be lost, comes from no log and is
   * not told again.
   */
  'channel.typing': { readonly channelId: ChannelId; readonly userId: UserId };
  /**
   * Somebody that this connection asked about by `presence.read` is more or less present than it was told last. Told
   * about once a second, to who shares a channel with them at that moment; may be lost, and is then told again later.
   */
  'presence.changed': {
    readonly userId: UserId;
    readonly state: Exclude<ShownPresence, 'unknown'>;
  };
  /** The caller read on, on this connection or another: up to that post, the channel is read. */
  'receipt.marked': { readonly channelId: ChannelId; readonly seq: number };
  /**
   * The access token of this connection expires after that time, and the connection is closed then: renew it, and
   * bring the new one by `auth.refresh`.
   */
  'session.expiring': { readonly expiresInMs: number };
  /** The server is going to close the connection: make no more calls on it, and come back after that time. */
  'server.draining': { readonly reconnectInMs: number };
  /** The last event on a connection that the server closes. */
  'connection.closing': Closing;
}

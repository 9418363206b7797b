/** What moderators did to people: noted for whom it was done to, in force until it ends, by itself or by somebody. */
import type { Acts } from '../chat/index.ts';
import type {
  ActId,
  ActKind,
  ChannelId,
  MessageId,
  ModerationAct,
  UserId,
} from '../contract/index.ts';
import type { Entropy } from '../kernel/index.ts';
import type { ActRow, ActStore, ListedActs } from './act-store.ts';
import type { SealedTexts } from './sealed-text.ts';

export interface NewAct {
  readonly kind: ActKind;
  readonly channelId: ChannelId;
  readonly subjectId: UserId;
  readonly actorId: UserId | null;
  readonly at: Date;
  readonly messageId?: MessageId;
  readonly until?: Date | null;
  readonly reason?: string | undefined;
}

/** What holds somebody in a channel. */
export type Restraint = 'mute' | 'ban';

export interface ModerationActs extends Acts {
  note(act: NewAct): Promise<ActRow>;
  /** The same for what holds somebody: one that is in force already gives way to it. */
  impose(act: NewAct & { readonly kind: Restraint }): Promise<ActRow>;
  /** Ends what holds somebody before its time; null where nothing does. */
  lift(
    kind: Restraint,
    channelId: ChannelId,
    userId: UserId,
    at: Date,
    by: UserId,
  ): Promise<ActRow | null>;
  find(id: ActId): Promise<ActRow | null>;
  /** Notes that the time of that act is over; null where it is not, or it ended before. */
  expire(id: ActId, at: Date): Promise<ActRow | null>;
  list(wanted: ListedActs): Promise<readonly ActRow[]>;
  /** As the wire shows it; who did it is for moderators. */
  shown(act: ActRow, to: 'moderators' | 'subject'): Promise<ModerationAct>;
}

export function moderationActsOn(
  store: ActStore,
  texts: SealedTexts,
  entropy: Entropy,
): ModerationActs {
  const isOver = ({ until }: ActRow, at: Date) => until !== null && until <= at;
  const acts: ModerationActs = {
    async ban(channelId, userId, at) {
      const act = await store.unended('ban', channelId, userId);
      return act && !isOver(act, at) ? { until: act.until } : null;
    },
    async note({ reason, messageId = null, until = null, ...act }) {
      const id = entropy.id() as ActId;
      const place = { kind: 'act-reason', id } as const;
      const reasonSealed = await texts.seal(act.subjectId, place, reason);
      const unended = { until, endedAt: null, endedBy: null };
      const row = { id, ...act, messageId, ...unended, reasonSealed };
      await store.add(row);
      return row;
    },
    async impose(act) {
      const before = await store.unended(act.kind, act.channelId, act.subjectId);
      if (before && isOver(before, act.at)) await store.end(before, before.until ?? act.at, null);
      else if (before) await store.end(before, act.at, act.actorId);
      return acts.note(act);
    },
    async lift(kind, channelId, userId, at, by) {
      const act = await store.unended(kind, channelId, userId);
      return act && !isOver(act, at) ? store.end(act, at, by) : null;
    },
    find: (id) => store.find(id),
    async expire(id, at) {
      const act = await store.find(id);
      if (act?.endedAt !== null || !isOver(act, at)) return null;
      return store.end(act, act.until ?? at, null);
    },
    list: (wanted) => store.list(wanted),
    async shown({ id, kind, channelId, subjectId, actorId, messageId, ...act }, to) {
      const place = { kind: 'act-reason', id } as const;
      const reason = await texts.open(subjectId, place, act.reasonSealed);
      const [until, endedAt] = [act.until?.getTime() ?? null, act.endedAt?.getTime() ?? null];
      const by = to === 'moderators' ? actorId : null;
      const what = { id, kind, channelId, userId: subjectId, actorId: by, messageId };
      return { ...what, at: act.at.getTime(), until, endedAt, reason };
    },
  };
  return acts;
}

/** What adding and taking back a reaction have in common: who may, how many share a commit, and who hears of it. */
import { z } from 'zod';
import { ChannelId, Emoji, MessageId, Reaction, Rev } from '../contract/index.ts';
import {
  LATER,
  Refusal,
  reply,
  type Effect,
  type GroupedCall,
  type Verdict,
} from '../kernel/index.ts';
import { lookUpTo, messageChanged } from './changes.ts';
import type { ReactionVerdict } from './reaction-commit.ts';
import type { ChatGrouped } from './services.ts';

export const ReactionInput = z.strictObject({
  channelId: ChannelId,
  messageId: MessageId,
  emoji: Emoji,
});

export const ReactionOutput = z.strictObject({
  /** The message's revision, and those who reacted so as of then; null for nobody. The others come with the message. */
  rev: Rev,
  reaction: Reaction.nullable(),
});

export const REACTION_ACCESS = {
  describe: 'channel permission message.react, on a message that the caller may read',
  asks: { of: 'channel', permissions: ['message.react'] },
  audience: 'signed-in',
  about: ({ messageId: id }: z.output<typeof ReactionInput>) => ({ kind: 'message', id }),
  demand: null,
} as const;

/**
 * While a crowd reacts, each waits so long for others: at 1,000 a second some ten commits and frames, not a thousand. A
 * commit costs nearly the same however many share it, and holds the channel meanwhile: so as many do as there are.
 */
export const REACTION_GROUPING = { lingerMs: 100, mostCalls: 512 } as const;

type Call = GroupedCall<z.output<typeof ReactionInput>, unknown>;

/** Decides a batch of calls, all to add or all to take back; a verdict for each, in their order. */
export async function decideReactions(
  adds: boolean,
  batch: {
    readonly calls: readonly Call[];
    readonly services: ChatGrouped;
    readonly now: Date;
    readonly patient: boolean;
  },
): Promise<readonly (Verdict<z.input<typeof ReactionOutput>> | typeof LATER)[]> {
  const { calls, services, now: at, patient: wait } = batch;
  const [first] = calls;
  if (!first) return [];
  const { workspaceId } = first.caller;
  const asked = calls.map(({ input, caller }) => ({ ...input, userId: caller.userId }));
  const verdicts = await services.react({ workspaceId, asked, adds, at, wait });
  return verdicts.map((verdict, i) => {
    if (verdict.verdict === 'busy') return LATER;
    if (verdict.verdict === 'muted')
      return new Refusal('muted', { detail: { until: verdict.until?.getTime() ?? null } });
    if (verdict.verdict !== 'done') return new Refusal(verdict.verdict);
    const { rev, reactions } = verdict.message;
    const reaction = reactions?.find(({ emoji }) => emoji === asked[i]?.emoji) ?? null;
    return reply({ rev, reaction }, ...told(first, verdict));
  });
}

/** One notice for all that share a revision; without the author's key at hand the followers read it themselves. */
function told(
  { caller: { workspaceId } }: Call,
  { message, tells, shown }: Extract<ReactionVerdict, { verdict: 'done' }>,
): Effect[] {
  if (!tells) return [];
  return [
    shown
      ? messageChanged(workspaceId, shown)
      : lookUpTo(workspaceId, message.channelId, message.rev),
  ];
}

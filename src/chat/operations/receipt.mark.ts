/** Marks a channel as read up to a post: forward only, for the caller alone, told to their other devices and nobody else. */
import { z } from 'zod';
import { CHANNEL_POLICY, WORKSPACE_POLICY } from '../../access/index.ts';
import { ChannelId, Seq, WorkspaceRole } from '../../contract/index.ts';
import { Refusal, reply, tell, type GroupedCall, type Verdict } from '../../kernel/index.ts';
import type { AppendDemand } from '../append-store.ts';
import { groupedOperation } from '../declare.ts';
import type { Marked } from '../mark-store.ts';

const Input = z.strictObject({
  channelId: ChannelId,
  /** The place of the last post that was read. */
  seq: Seq,
});

const Output = z.strictObject({
  /** Up to where the channel is read now: never beyond its last post, and never behind what it was before. */
  seq: z.int().nonnegative(),
  unread: z.int().nonnegative(),
});

const { channel, needs } = CHANNEL_POLICY['receipt.mark'];

export const receiptMark = groupedOperation({
  name: 'receipt.mark',
  summary: 'Marks the channel as read up to that post. A mark goes forward only.',
  on: { http: 'PUT /v1/channels/:channelId/receipt', socket: true },
  commit: 'grouped',
  input: Input,
  output: Output,
  access: {
    describe: 'channel permission receipt.mark',
    asks: { of: 'channel', permissions: ['receipt.mark'] },
    audience: 'signed-in',
    about: ({ channelId: id }) => ({ kind: 'channel', id }),
    demand: {
      channelRoles: channel,
      workspaceRoles: WorkspaceRole.options.filter((role) =>
        (WORKSPACE_POLICY[role] as readonly string[]).includes(needs),
      ),
    } satisfies AppendDemand,
  },
  limit: 'signal',
  audit: { skip: 'how far somebody has read is their own matter, and the mark its own record' },
  refuses: [],
  prepare: () => Promise.resolve(undefined),
  heldBy: ({ channelId }) => channelId,
  async decide({ calls, demand, services }) {
    const [first] = calls;
    if (!first) return [];
    const marks = calls.map(({ input, caller: { userId } }) => ({ ...input, userId }));
    const verdicts = await services.mark(first.caller.workspaceId, marks, demand);
    return calls.map((call, i) => {
      const verdict = verdicts[i];
      if (!verdict) throw new Error('the statement answered for fewer marks than it was given');
      return answer(call, verdict);
    });
  },
});

function answer(
  { input: { channelId }, caller: { userId } }: GroupedCall<z.output<typeof Input>, undefined>,
  verdict: Marked,
): Verdict<z.input<typeof Output>> {
  if (verdict.verdict !== 'marked') return new Refusal(verdict.verdict);
  const { seq, lastSeq, moved } = verdict;
  const told = moved ? [tell(userId, 'receipt.marked', { channelId, seq })] : [];
  return reply({ seq, unread: lastSeq - seq }, ...told);
}

/** Says that the caller is writing in a channel: to whoever listens at this moment, and to nobody later. */
import { z } from 'zod';
import { ChannelId } from '../../contract/index.ts';
import { Refusal, reply, type GroupedCall, type Verdict } from '../../kernel/index.ts';
import { groupedOperation } from '../declare.ts';
import type { TypingVerdict } from '../typists.ts';

const Input = z.strictObject({ channelId: ChannelId });
const Output = z.strictObject({});

export const typingSignal = groupedOperation({
  name: 'typing.signal',
  summary: 'Shows the others in the channel that the caller is writing; again every three seconds.',
  on: { socket: true },
  commit: 'grouped',
  input: Input,
  output: Output,
  access: {
    describe: 'channel permission message.send',
    asks: { of: 'channel', permissions: ['message.send'] },
    audience: 'signed-in',
    about: ({ channelId: id }) => ({ kind: 'channel', id }),
    demand: 'message.send' as const,
  },
  limit: 'signal',
  audit: { skip: 'nothing is changed, and nothing of it is kept' },
  refuses: ['channel_archived', 'muted'],
  prepare: () => Promise.resolve(undefined),
  heldBy: ({ channelId }) => channelId,
  async decide({ calls, demand, services }) {
    const [first] = calls;
    if (!first) return [];
    const typing = calls.map(({ input, caller: { userId } }) => ({ ...input, userId }));
    const verdicts = await services.typing(first.caller.workspaceId, typing, demand);
    return calls.map((call, i) => answer(call, verdicts[i] ?? 'quiet'));
  },
});

function answer(
  { input: { channelId }, caller: { userId } }: GroupedCall<z.output<typeof Input>, undefined>,
  verdict: TypingVerdict,
): Verdict<z.input<typeof Output>> {
  if (verdict instanceof Refusal) return verdict;
  return verdict === 'told' ? reply({}, { effect: 'typing', channelId, userId }) : reply({});
}

/** Takes a reaction of one's own back. One that is not there is taken back without anything changing. */
import { groupedOperation } from '../declare.ts';
import {
  decideReactions,
  REACTION_ACCESS,
  REACTION_GROUPING,
  ReactionInput,
  ReactionOutput,
} from '../decide-reactions.ts';

export const messageUnreact = groupedOperation({
  name: 'message.unreact',
  summary: 'Takes a reaction of the caller back.',
  on: { http: 'POST /v1/channels/:channelId/messages/:messageId/reactions/removal', socket: true },
  commit: 'grouped',
  input: ReactionInput,
  output: ReactionOutput,
  access: REACTION_ACCESS,
  limit: 'message.write',
  audit: { skip: 'the reaction was its own record, and goes when it is taken back' },
  refuses: ['channel_archived', 'message_deleted'],
  prepare: () => Promise.resolve(null),
  heldBy: ({ channelId }) => channelId,
  ...REACTION_GROUPING,
  decide: (batch) => decideReactions(false, batch),
});

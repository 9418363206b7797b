/** Reacts to a message. The same reaction again changes nothing; a crowd's reactions share a commit and a revision. */
import { groupedOperation } from '../declare.ts';
import {
  decideReactions,
  REACTION_ACCESS,
  REACTION_GROUPING,
  ReactionInput,
  ReactionOutput,
} from '../decide-reactions.ts';

export const messageReact = groupedOperation({
  name: 'message.react',
  summary: 'Adds a reaction of the caller: one emoji, or a short name between colons.',
  on: { http: 'POST /v1/channels/:channelId/messages/:messageId/reactions', socket: true },
  commit: 'grouped',
  input: ReactionInput,
  output: ReactionOutput,
  access: REACTION_ACCESS,
  limit: 'message.write',
  audit: { skip: 'the reaction row is its own record' },
  refuses: ['channel_archived', 'message_deleted', 'too_many_reactions', 'muted'],
  prepare: () => Promise.resolve(null),
  heldBy: ({ channelId }) => channelId,
  ...REACTION_GROUPING,
  decide: (batch) => decideReactions(true, batch),
});

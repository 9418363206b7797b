/** Posts a message. The acknowledgement means committed; the same clientId again gets the same answer. */
import { z } from 'zod';
import { WORKSPACE_POLICY, CHANNEL_POLICY } from '../../access/index.ts';
import {
  BODY_CHARACTERS,
  ChannelId,
  CLIENT_ID_AGE_MS,
  CLIENT_ID_AHEAD_MS,
  ClientId,
  MENTIONS,
  MessageId,
  Rev,
  Seq,
  Timestamp,
  UserId,
  WorkspaceRole,
} from '../../contract/index.ts';
import { LATER, Refusal, reply, type GroupedCall, type Verdict } from '../../kernel/index.ts';
import type { AppendDemand, AppendVerdict } from '../append-store.ts';
import { lookUpTo, messageChanged } from '../changes.ts';
import { shown } from '../content.ts';
import { groupedOperation } from '../declare.ts';
import { decideAtOnce, decidePatiently } from '../decide-appends.ts';
import type { SealedPost } from '../sealer.ts';
import { bodyText } from '../text.ts';

const Input = z.strictObject({
  channelId: ChannelId,
  clientId: ClientId,
  body: bodyText(BODY_CHARACTERS),
  /** A reply; it is in the thread of what it answers. */
  replyTo: MessageId.optional(),
  /** Who is to take note of it. Whoever is no member of the channel is left out, as if they did not exist. */
  mentions: z.array(UserId).max(MENTIONS).optional(),
});

const Output = z.strictObject({
  id: MessageId,
  seq: Seq,
  rev: Rev,
  at: Timestamp,
  /** The message was already there: this is the first answer again. */
  duplicate: z.literal(true).optional(),
});

export type SendCall = GroupedCall<z.infer<typeof Input>, SealedPost>;

const { channel, needs } = CHANNEL_POLICY['message.send'];

export const messageSend = groupedOperation({
  name: 'message.send',
  summary:
    'Posts a message. Retry with the same clientId until there is an answer: it is posted once.',
  on: { http: 'POST /v1/channels/:channelId/messages', socket: true },
  status: 201,
  commit: 'grouped',
  input: Input,
  output: Output,
  access: {
    describe: 'channel permission message.send',
    asks: { of: 'channel', permissions: ['message.send'] },
    audience: 'signed-in',
    about: ({ channelId: id }) => ({ kind: 'channel', id }),
    demand: {
      channelRoles: channel,
      workspaceRoles: WorkspaceRole.options.filter((role) =>
        (WORKSPACE_POLICY[role] as readonly string[]).includes(needs),
      ),
    } satisfies AppendDemand,
  },
  limit: 'message.write',
  audit: { skip: 'the message row is its own record' },
  refuses: ['stale_client_id', 'channel_archived', 'muted', 'slow_mode', 'filtered'],
  async prepare({ input, caller, domain, now, refuse }) {
    const age = now.getTime() - madeAt(input.clientId);
    if (age > CLIENT_ID_AGE_MS) refuse('stale_client_id');
    if (age < -CLIENT_ID_AHEAD_MS)
      refuse('invalid_input', [{ path: 'clientId', problem: 'made in the future' }]);
    const { workspaceId, userId } = caller;
    const { channelId, clientId, body } = input;
    const post = await domain.sealer.seal(workspaceId, channelId, userId, clientId, body);
    const where = { workspaceId, channelId: post.channelId, userId, messageId: post.id };
    await domain.screen({ ...where, clientId, text: body });
    return post;
  },
  heldBy: ({ channelId }) => channelId,
  async decide({ calls, demand, services, now, patient }) {
    const decide = patient ? decidePatiently : decideAtOnce;
    const decided = await decide(services, calls, demand, now);
    return decided.map((each) =>
      each === LATER ? LATER : answer(each.call, each.post, each.verdict, now),
    );
  },
});

function answer(
  { input, caller }: SendCall,
  post: SealedPost,
  verdict: AppendVerdict | Refusal,
  now: Date,
): Verdict<z.input<typeof Output>> {
  const { workspaceId, userId: authorId } = caller;
  const { channelId } = post;
  const { replyTo = null } = input;
  if (verdict instanceof Refusal) return verdict;
  switch (verdict.verdict) {
    case 'sent': {
      const { id, seq, rev, at, threadRoot = null, threadPlace = null, mentions = null } = verdict;
      const more = { threadRoot, threadPlace, mentions };
      const place = { id: post.id, channelId, seq, rev, version: 1, authorId, replyTo, at };
      const untouched = { editedAt: null, deletedAt: null, deletedBy: null };
      const message = shown({ ...place, ...untouched, ...more }, 'present', input.body);
      return reply({ id, seq, rev, at: at.getTime() }, messageChanged(workspaceId, message));
    }
    case 'duplicate': {
      // The first answer may have been lost together with its notice: let the follower look.
      const { id, seq, rev, at } = verdict;
      const first = { id, seq, rev, at: at.getTime(), duplicate: true } as const;
      return reply(first, lookUpTo(workspaceId, channelId, rev));
    }
    case 'archived':
      return new Refusal('channel_archived');
    case 'muted':
      return new Refusal('muted', { detail: { until: verdict.until?.getTime() ?? null } });
    case 'slow_mode': {
      const retryAfterMs = Math.max(1, verdict.until.getTime() - now.getTime());
      return new Refusal('slow_mode', { retryAfterMs });
    }
    case 'stale_key':
    case 'busy':
      return new Refusal('overloaded', { retryAfterMs: 50 });
    case 'not_found':
    case 'forbidden':
      return new Refusal(verdict.verdict);
  }
}

/** The first 48 bits of a UUIDv7 are its time in milliseconds (RFC 9562, 5.7). */
function madeAt(clientId: ClientId): number {
  return Number.parseInt(clientId.replaceAll('-', '').slice(0, 12), 16);
}

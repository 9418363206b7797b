/** What must not compile against the client: each line below is an error, and the type check fails when one is not. */
import type { Client, OutputOf, Refused, RefusalOf } from 'conclave/client';
import type { ChannelId, UserId } from '../../src/contract/index.ts';

declare const client: Client;
declare const channelId: ChannelId;
declare const userId: UserId;
declare const fromJson: { readonly channelId: string };
declare function use(value: unknown): void;

export async function compileErrors(): Promise<void> {
  // @ts-expect-error -- there is no such operation
  await client.call('message.sing', {});
  // @ts-expect-error -- an input is needed
  await client.call('channel.read');
  // @ts-expect-error -- a key is missing
  await client.call('channel.read', {});
  // @ts-expect-error -- a key too many
  await client.call('channel.read', { channelId, verbose: true });
  // @ts-expect-error -- a number is no id
  await client.call('channel.read', { channelId: 7 });
  // @ts-expect-error -- the id of a person is not that of a channel
  await client.call('channel.read', { channelId: userId });
  // @ts-expect-error -- nor the other way round, beside one that is right
  await client.callOrThrow('member.add', { channelId, userId: channelId });
  // @ts-expect-error -- also where it may be left out
  await client.call('channel.list', { after: userId });
  // @ts-expect-error -- not one of the roles
  await client.call('member.set-role', { channelId, userId, role: 'king' });

  // Any text may be an id, as it comes out of JSON or an address, and the text of a message may be an id.
  await client.call('channel.read', fromJson);
  const body: string = channelId;
  await client.call('message.send', { ...fromJson, clientId: 'from-a-store', body });

  const left = await client.call('member.leave', { channelId });
  // @ts-expect-error -- it may have been refused
  use(left.data);
  if (left.ok) {
    // @ts-expect-error -- a member has no body
    use(left.data.body);
  } else {
    use(left.refusal.code === 'last_owner');
    use(left.refusal.code === 'rate_limited');
    use(left.refusal.code === 'no_answer');
    // @ts-expect-error -- leaving is never refused for that
    use(left.refusal.code === 'edit_window_closed');
    // @ts-expect-error -- no code at all
    use(left.refusal.code === 'lats_owner');
  }
  const read = await client.callOrThrow('channel.read', { channelId });
  // @ts-expect-error -- a channel has no members in it
  use(read.members);

  // @ts-expect-error -- the workspace is that of the client
  await client.signIn({ workspace: 'other', email: 'a@example.org', password: 'secret' });
  // @ts-expect-error -- the server sends no such event
  client.listen('channel.exploded', () => undefined);
  // @ts-expect-error -- a frame is not what that event carries
  client.listen('access.changed', ({ events }) => use(events));

  const log = client.channel(channelId);
  // @ts-expect-error -- what a log shows is not written to
  log.messages.length = 0;
  // @ts-expect-error -- only a channel can be replied in with the id of a message
  await log.send('hello', { replyTo: channelId });
  const entry = await log.send('hello');
  // @ts-expect-error -- a pending entry has no answer
  use(entry.state.as);
  // @ts-expect-error -- an outbox fails for reasons of sending only
  if (entry.state.is === 'failed') use(entry.state.refusal.code === 'last_owner');
}

// @ts-expect-error -- closing a session declares no refusal of its own
export const undeclared: RefusalOf<'session.close'> = 'last_owner';
// @ts-expect-error -- where a code is awaited that only another operation has
export const foreign: Refused<RefusalOf<'channel.list'>>['code'] = 'stale_client_id';
// @ts-expect-error -- seq is a number
export const output: Pick<OutputOf<'message.send'>, 'seq'> = { seq: '1' };

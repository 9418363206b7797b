/** Ends a membership, by leaving or by removal alike: the interval is closed, the last owner stays. */
import type { Member } from '../contract/index.ts';
import { Refusal, reply, tell, type Outcome } from '../kernel/index.ts';
import { memberChanged } from './changes.ts';
import { shownMember } from './content.ts';
import type { ChannelRow, MembershipRow } from './rows.ts';
import type { ChatServices } from './services.ts';

/** Closes the interval at the channel's next revision, under its lock. Refuses `last_owner`. */
export async function endMembership(
  { memberships, channels, workspaceId }: ChatServices,
  channel: ChannelRow,
  member: MembershipRow,
  now: Date,
): Promise<Outcome<Member>> {
  if (member.role === 'owner' && (await memberships.owners(channel.id)) === 1)
    throw new Refusal('last_owner');
  const rev = await channels.advance(channel);
  const ended = await memberships.close(channel, member, rev, now);
  return reply(
    shownMember(ended),
    memberChanged(workspaceId, channel.id, ended),
    tell(member.userId, 'access.changed', { channelId: channel.id }),
  );
}

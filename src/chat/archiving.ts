/** Archives a channel and opens it again: two words for one change of its log, which takes reading from nobody. */
import type { Channel, UserId } from '../contract/index.ts';
import { reply, type Outcome } from '../kernel/index.ts';
import type { InChannel } from './access.ts';
import { settingsChanged } from './changes.ts';
import { channelAsSeen } from './channel-as-seen.ts';
import type { ChatServices } from './services.ts';

/** `archivedAt` null opens it. A channel that is so already stays as it is, and no revision is taken. */
export async function setArchived(
  services: ChatServices,
  { channel, standing: { channelRole } }: InChannel,
  userId: UserId,
  archivedAt: Date | null,
): Promise<Outcome<Channel>> {
  if ((channel.archivedAt === null) === (archivedAt === null))
    return reply(await channelAsSeen(services, channel, channelRole, userId));
  const { channels, content, keys, workspaceId } = services;
  const changed = await channels.update(channel, { archivedAt }, false);
  return reply(
    await channelAsSeen(services, changed, channelRole, userId),
    settingsChanged(workspaceId, changed, await content.settings(keys, changed)),
  );
}

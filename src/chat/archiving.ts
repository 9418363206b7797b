/** Archives a channel and opens it again: two words for one change of its log, which takes reading from nobody. */
import type { Channel } from '../contract/index.ts';
import { reply, type Outcome } from '../kernel/index.ts';
import type { InChannel } from './access.ts';
import { settingsChanged } from './changes.ts';
import type { ChatServices } from './services.ts';

/** `archivedAt` null opens it. A channel that is so already stays as it is, and no revision is taken. */
export async function setArchived(
  { channels, content, keys, workspaceId }: ChatServices,
  { channel, standing: { channelRole } }: InChannel,
  archivedAt: Date | null,
): Promise<Outcome<Channel>> {
  if ((channel.archivedAt === null) === (archivedAt === null))
    return reply(await content.channel(keys, channel, channelRole));
  const changed = await channels.update(channel, { archivedAt }, false);
  return reply(
    await content.channel(keys, changed, channelRole),
    settingsChanged(workspaceId, changed, await content.settings(keys, changed)),
  );
}

/** Reports what a filter flagged, once the message is stored; what was never stored is forgotten. */
import { z } from 'zod';
import { ChannelId, MessageId, type ReportId, type WorkspaceId } from '../contract/index.ts';
import type { JobServices } from './jobs.ts';

const About = z.strictObject({ channelId: ChannelId, messageId: MessageId });

export async function flag(
  { clock, within }: JobServices,
  workspaceId: WorkspaceId,
  about: unknown,
): Promise<void> {
  const { channelId, messageId } = About.parse(about);
  await within(workspaceId, async ({ reports, messages, entropy }) => {
    const message = await messages.find(channelId, messageId);
    if (!message || message.deletedAt !== null) return;
    const id = entropy.id() as ReportId;
    const by = { reporterId: null, category: 'filter', textSealed: null } as const;
    await reports.add({ id, channelId, messageId, ...by, createdAt: clock.now() });
  });
}

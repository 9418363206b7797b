/** The moderators' queue: which reports somebody may look at, and whom it concerns when one of them changes. */
import {
  CHANNEL_POLICY,
  mayInChannel,
  type Standings,
  type WorkspaceStanding,
} from '../access/index.ts';
import type { ChannelId, UserId } from '../contract/index.ts';
import { Refusal, type Told } from '../kernel/index.ts';
import type { Among, ReportRow } from './report-store.ts';
import type { ModerationServices } from './services.ts';

/** Told of one change at most: who keeps the channel first, then staff, then who holds a role for it. The others see it when they ask. */
const TOLD = 100;

/** Whoever holds a permission even here holds it in every channel. */
const ANYWHERE = {
  channelRole: null,
  kind: 'private',
  historyPolicy: 'since-join',
  readOnly: false,
} as const;

/** The reports that somebody may look at, of one channel or of all. Refuses `not_found` for a channel where they may not. */
export async function readableBy(
  { standings }: { readonly standings: Standings },
  reader: { readonly userId: UserId; readonly standing: WorkspaceStanding },
  channelId: ChannelId | null,
): Promise<Extract<Among, { readonly reader: unknown }>> {
  const { userId, standing: held } = reader;
  if (channelId !== null) {
    const standing = await standings.inChannel(userId, channelId);
    if (!standing || !mayInChannel(standing, 'report.read')) throw new Refusal('not_found');
  }
  const everywhere = mayInChannel({ ...held, ...ANYWHERE }, 'report.read');
  return {
    reader: userId,
    in: everywhere ? 'every-channel' : CHANNEL_POLICY['report.read'].channel,
  };
}

/**
 * Whoever may look at the report hears that it changed, and nothing of what it says. The rows find who comes into
 * question, the policy decides.
 */
export async function queueTold(
  { reports, standings }: Pick<ModerationServices, 'reports' | 'standings'>,
  { id: reportId, channelId, state }: Pick<ReportRow, 'id' | 'channelId' | 'state'>,
): Promise<readonly Told[]> {
  const { channel, workspace } = CHANNEL_POLICY['report.read'];
  const asked = { channel, workspace, permission: 'report.read', limit: TOLD };
  const candidates = await reports.among(channelId, asked);
  const found = await standings.each(candidates.map((userId) => ({ userId, channelId })));
  return found.flatMap((standing): Told[] => {
    if (!standing || !mayInChannel(standing, 'report.read')) return [];
    const payload = { reportId, channelId, state };
    return [{ effect: 'tell', userId: standing.userId, event: 'queue.changed', payload }];
  });
}

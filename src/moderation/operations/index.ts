/** Every operation of this domain, one per file. */
export { channelSetSlowMode } from './channel.set-slow-mode.ts';
export { filterCreate } from './filter.create.ts';
export { filterDelete } from './filter.delete.ts';
export { filterList } from './filter.list.ts';
export { filterUpdate } from './filter.update.ts';
export { memberBan } from './member.ban.ts';
export { memberMute } from './member.mute.ts';
export { memberUnban } from './member.unban.ts';
export { memberUnmute } from './member.unmute.ts';
export { messageDeleteMany } from './message.delete-many.ts';
export { moderationLog } from './moderation.log.ts';
export { moderationMine } from './moderation.mine.ts';
export { reportClaim } from './report.claim.ts';
export { reportCreate } from './report.create.ts';
export { reportDismiss } from './report.dismiss.ts';
export { reportList } from './report.list.ts';
export { reportResolve } from './report.resolve.ts';

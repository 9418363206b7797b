/** What people may know of what others did about them: only actions that are named here as told are in an export. */

const REPORTS =
  'whoever reported somebody, and that moderators looked, is nothing for whom they reported';
const HOLDS =
  'told of it, somebody could get rid of what is left to be kept (Art. 15 (4)); nothing of a hold is told';

/** By the action of an entry that names whom it is about: true, or why it is not told. */
export const TOLD: Readonly<Record<string, true | string>> = {
  // what was done to them in channels
  'channel.open-direct': true,
  'member.add': true,
  'member.remove': true,
  'member.set-role': true,
  'override.set': true,
  'message.pin': true,
  'message.unpin': true,
  // acts of moderation
  'member.ban': true,
  'member.unban': true,
  'member.mute': true,
  'member.unmute': true,
  'message.delete': true,
  'message.delete-many': true,
  'deletion.cancel': true,
  // their account and their roles
  'user.set-role': true,
  'user.lock': true,
  'user.unlock': true,
  'user.deactivate': true,
  'session.revoke': true,
  'session.revoke-all': true,
  'session.revoke-token': true,
  'user.revoke-token': true,
  'role.grant': true,
  'role.revoke': true,
  // who read their data (H1)
  'user.read': true,
  'user.find': true,
  'session.list': true,
  'message.versions': true,
  'access.explain': true,
  'role.describe': true,
  // their exports and erasures
  'export.request': true,
  'export.request-for': true,
  'export.link': true,
  'export.fetch': true,
  'export.cancel': true,
  'erasure.request': true,
  'erasure.request-for': true,
  'erasure.cancel': true,
  'erasure.run': true,
  'privacy.extend': true,
  'receipt.fetch': true,
  // not told
  'report.create': REPORTS,
  'report.list': REPORTS,
  'privacy.requests': 'a list of all, whose entry in the trail names nobody',
  'hold.place': HOLDS,
  'hold.lift': HOLDS,
  'hold.authorise-opening': HOLDS,
  'hold.open': HOLDS,
};

export const TOLD_ACTIONS: readonly string[] = Object.keys(TOLD).filter(
  (action) => TOLD[action] === true,
);

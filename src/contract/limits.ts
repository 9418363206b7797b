/** The names of the limits: each operation names one, each refusal and each `limit` in a reply says which. */

export const LIMIT_NAMES = [
  'auth.login',
  'auth.login.known',
  'auth.register',
  'auth.refresh',
  'auth.password',
  'auth.reset',
  'auth.verify',
  'auth.code',
  'state.write',
  'message.write',
  'report.create',
  'user.find',
  'statistics',
  'read',
  'sync',
  'signal',
] as const;

export type LimitName = (typeof LIMIT_NAMES)[number];

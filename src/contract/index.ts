/** The wire: everything that a client and the server must agree on, and nothing else. */
export * from './ids.ts';
export * from './roles.ts';
export * from './sizes.ts';
export * from './limits.ts';
export * from './refusals.ts';
export * from './closures.ts';
export * from './consent.ts';
export * from './emoji.ts';
export * from './delivery.ts';
export * from './password.ts';
export * from './shapes.ts';
export * from './moderation.ts';
export * from './presence.ts';
export * from './privacy.ts';
export * from './privacy-requests.ts';
export * from './exports.ts';
export * from './retention.ts';
export type * from './broadcasts.ts';

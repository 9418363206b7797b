/** The registry: every operation there is, as a value for the server and as a type for the client. */
import * as access from './access/operations/index.ts';
import * as auth from './auth/operations/index.ts';
import * as chat from './chat/operations/index.ts';
import * as consented from './consented/operations/index.ts';
import * as moderation from './moderation/operations/index.ts';
import * as privacy from './privacy/operations/index.ts';
import type { AnyOperation } from './kernel/index.ts';

/** A type query, not an inferred literal: the emitted declaration stays short however many operations there are. */
export type Operations =
  | (typeof access)[keyof typeof access]
  | (typeof auth)[keyof typeof auth]
  | (typeof chat)[keyof typeof chat]
  | (typeof consented)[keyof typeof consented]
  | (typeof moderation)[keyof typeof moderation]
  | (typeof privacy)[keyof typeof privacy];

export const operations: readonly AnyOperation[] = [
  ...Object.values(access),
  ...Object.values(auth),
  ...Object.values(chat),
  ...Object.values(consented),
  ...Object.values(moderation),
  ...Object.values(privacy),
];

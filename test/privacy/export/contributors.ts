/** Whatever puts rows into an export, as it is declared: none of them is asked for anything. */
import { accessExports } from '../../../src/access/index.ts';
import { auditExports } from '../../../src/audit/exports.ts';
import { authExports } from '../../../src/auth/exports.ts';
import { chatExports } from '../../../src/chat/exports.ts';
import { moderationExports } from '../../../src/moderation/exports.ts';
import { consentExports, deadlineExports, erasureExports } from '../../../src/privacy/index.ts';
import { ownExports } from '../../../src/privacy/export/own-exports.ts';

export const contributors = [
  ...authExports({} as never),
  ...chatExports({} as never),
  ...moderationExports({} as never),
  ...auditExports({} as never),
  ...accessExports({} as never),
  ...consentExports({} as never),
  ...erasureExports({} as never),
  ...deadlineExports({} as never),
  ownExports(null as never, null),
];

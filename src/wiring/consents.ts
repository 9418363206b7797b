/** Fits what is done only for people who consented to the ledger that says who did, and to the channels and the mail. */
import type { Auth } from '../auth/index.ts';
import type { Chat } from '../chat/index.ts';
import {
  consentedDomain,
  type ConsentedDomain,
  type ConsentedOptions,
} from '../consented/index.ts';
import { consentsOf } from '../privacy/index.ts';

interface Parts extends Pick<ConsentedOptions, 'clock' | 'transaction'> {
  readonly auth: Pick<Auth, 'mentionMails'>;
  readonly chat: Pick<Chat, 'services'>;
}

export function consenting({ auth, chat, ...parts }: Parts): ConsentedDomain {
  return consentedDomain({
    ...parts,
    chat: chat.services,
    consents: (tx, workspaceId) => consentsOf(tx, workspaceId),
    mails: auth.mentionMails,
  });
}

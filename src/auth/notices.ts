/** Letters that carry no secret and say nothing of anybody: where to look, and that it is time to. */
import type { Letter } from '../kernel/index.ts';
import type { MailKind } from './mail-store.ts';
import type { TokenPurpose } from './one-time-token-store.ts';
import type { WorkspaceRow } from './store.ts';

export interface About {
  readonly server: string;
  readonly workspace: WorkspaceRow;
}

export const NOTICES: Readonly<
  Record<
    Exclude<MailKind, TokenPurpose | 'mentions'>,
    (about: About) => Pick<Letter, 'subject' | 'text'>
  >
> = {
  'request-due': (about) => ({
    subject: 'A request about personal data is due soon',
    text: `Somebody asked for their data, or to be erased, at ${at(about)},
and has no answer yet. It is due within a week, or a day: 30 days after it was
made, as Art. 12 (3) GDPR says, or later where it was extended.

Administrators see it, and by when it is due, with privacy.requests:

    GET ${about.server}/v1/privacy-requests?state=open
`,
  }),
  'request-extended': (about) => ({
    subject: 'Your request about your data takes longer',
    text: `You asked for your data, or to be erased, at ${at(about)}.
An answer takes longer than 30 days. Until when, and why, you see when you are
signed in, with privacy.mine:

    GET ${about.server}/v1/me/privacy-requests

You may complain to a supervisory authority, or go to court.
`,
  }),
};

/** Neither who nor where nor what: a mail is read by whoever reads the mailbox. */
export function mentioned(count: number, about: About): Pick<Letter, 'subject' | 'text'> {
  const times = count === 1 ? 'once' : `${count} times`;
  return {
    subject: 'You were mentioned',
    text: `You were mentioned ${times} at ${at(about)},
in messages that you have not read.

You get this mail because you agreed to it. To take that back:

    npx conclave me consents --withdraw mention-mail --server ${about.server}
`,
  };
}

/** Slug and address: the first is made of letters and digits only, the second is the operator's. */
export function at({ server, workspace: { slug } }: About): string {
  return `${server} (workspace ${slug})`;
}

/** The purposes that take consent, as data: what each text says, its version, and what asks for it before it is done. */
import type { ConsentPurpose } from '../../contract/index.ts';

export interface Purpose {
  readonly title: string;
  /** What is agreed to. Another text takes another version, and what was given to the old one counts no more. */
  readonly text: string;
  readonly version: number;
  /** Consent is an act of its own (recital 32): this has no other value. */
  readonly isOnByDefault: false;
  /** Jobs, mails and operations that ask before they do anything for somebody. */
  readonly askedBy: readonly string[];
}

export type Purposes = Readonly<Record<ConsentPurpose, Purpose>>;

export const PURPOSES: Purposes = {
  'mention-mail': {
    title: 'Mail about mentions',
    text:
      'When somebody mentions you and you have not read it for 15 minutes, this server writes to your e-mail ' +
      'address, if you confirmed it, that you were mentioned: once an hour at most. The mail says how often, and ' +
      'neither by whom nor what was said.',
    version: 1,
    isOnByDefault: false,
    askedBy: ['the job consented.mention-mail', 'each mail of the kind mentions, when it is sent'],
  },
  analytics: {
    title: 'Counted in the statistics of the workspace',
    text:
      'Once a day this server counts how many people wrote something and how many messages they wrote, over those who ' +
      'agree to it and from then on. Only the two numbers are kept, for 730 days, and none of them where fewer than ' +
      'five people wrote. The admins of the workspace see them.',
    version: 1,
    isOnByDefault: false,
    askedBy: ['the job consented.count-days'],
  },
};

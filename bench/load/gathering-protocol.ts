/** What the bench can ask of a gathering, and what it is answered. */
import type { Answered } from './answers.ts';
import type { GatheringOptions } from './gathering.ts';
import type { Latency } from './latency.ts';

/** What is asked later is asked of the gathering that came last. */
export type GatheringRequest =
  | ({ readonly do: 'gather' } & GatheringOptions)
  | { readonly do: 'say'; readonly saying: Saying; readonly seconds: number }
  /** So many of the newest messages are deleted by their authors, one after the other. */
  | { readonly do: 'delete-each'; readonly messages: number; readonly perSecond: number }
  /** The first of them has everything of that author deleted, while others go on; after so many seconds no longer. */
  | {
      readonly do: 'delete-many';
      readonly authorId: string;
      readonly saying: Saying;
      readonly mostSeconds: number;
    }
  /** These react to one new message, each once with every kind in turn, while others go on. */
  | {
      readonly do: 'react';
      readonly reacting: Saying;
      readonly seconds: number;
      readonly saying: Saying;
    }
  /** These read pages, in turn and one after the other, each before one of the places; null: the newest page. */
  | {
      readonly do: 'read-pages';
      readonly before: readonly (number | null)[];
      readonly by: Places;
    };

/** The people from the first of these places up to before the second. */
export type Places = readonly [number, number];

/** They take turns. */
export interface Saying {
  readonly by: Places;
  readonly perSecond: number;
}

export interface Screened {
  readonly answered: Answered;
  /** Screens that should have shown a deletion, over all of them, and those that did. */
  readonly expected: number;
  readonly shown: number;
  /** From when a deletion was due until the last screen shows it. */
  readonly lastScreen: Latency;
}

export interface Purged {
  readonly said: Answered;
  readonly deleted: number;
  readonly finished: boolean;
  /** From the call until it is told that it is finished. */
  readonly seconds: number;
}

export interface Reacted {
  readonly said: Answered;
  readonly reacted: Answered;
  /** What the message shows at the end, of all kinds together. */
  readonly counted: number;
  /** Times that one listener was told of it. */
  readonly told: number;
}

export interface PagesRead {
  readonly page: Latency;
  readonly messages: number;
  /** Of these, those without their text. */
  readonly unreadable: number;
}

export interface GatheringResults {
  readonly gather: { readonly channelId: string };
  readonly say: Answered;
  readonly 'delete-each': Screened;
  readonly 'delete-many': Purged;
  readonly react: Reacted;
  readonly 'read-pages': PagesRead;
}

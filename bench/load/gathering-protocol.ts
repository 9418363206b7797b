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
    }
  /** The first of them asks for everything that is kept about them, while others go on. */
  | {
      readonly do: 'export';
      readonly password: string;
      readonly saying: Saying;
      readonly mostSeconds: number;
    }
  /** The first of them has a person erased, whose posts others read in turn; then others go on for so many seconds. */
  | {
      readonly do: 'erase';
      readonly userId: string;
      readonly password: string;
      readonly reading: Reading;
      readonly saying: Saying;
      readonly seconds: number;
    };

/** The people from the first of these places up to before the second. */
export type Places = readonly [number, number];

/** They take turns. */
export interface Saying {
  readonly by: Places;
  readonly perSecond: number;
}

/** Pages before one of these places, each by the next reader, so many a second for so many seconds. */
export interface Reading {
  readonly seconds: number;
  readonly by: Places;
  readonly before: readonly number[];
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

export interface Exported {
  readonly said: Answered;
  /** As it ended; `collecting` where the time was over before. */
  readonly state: string;
  readonly rows: number;
  /** From the call until it is told that all is collected, and that it can be fetched. */
  readonly collectedSeconds: number;
  readonly seconds: number;
}

export interface Erased {
  readonly said: Answered;
  readonly erasureId: string;
  /** When a page with a text of that person was answered last, as Unix milliseconds; null: never. */
  readonly textAt: number | null;
  /** Pages that showed such texts, and those that showed none. */
  readonly withText: number;
  readonly without: number;
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
  readonly export: Exported;
  readonly erase: Erased;
}

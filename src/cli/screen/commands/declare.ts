/** What a slash command is: a name, what it takes, a sentence about it, what Tab offers, and what it does. */
import type { ChannelId, Client, OutputOf, UserId } from '../../../client/index.ts';
import type { Queued } from '../model/queue.ts';
import type { Room } from '../model/room.ts';
import type { Sheet } from '../model/state.ts';
import type { Deleting } from '../talk/deleting.ts';

/** What commands see of the screen, and what they may make of it. */
export interface Talk {
  readonly client: Client;
  readonly me: UserId;
  /** The channel one is in, if any; in the queue, that of the chosen report, if one is in that. */
  readonly room: Room | null;
  /** Those one is in. */
  readonly mine: readonly Room[];
  /** Those one could join. */
  readonly others: readonly Room[];
  /** The members of the current channel, as far as they are known. */
  readonly people: readonly Person[];
  nameOf(userId: UserId): string;
  /** Everybody in the current channel, from the server. */
  members(): Promise<Outcome<readonly Listed[]>>;
  /** Goes into a channel that one is in, once the list has it. */
  enter(id: ChannelId): Promise<void>;
  /** One is about to leave it, or did not after all. */
  expectEnd(id: ChannelId, isExpected: boolean): void;
  /** The moderators' queue, as far as it is open. */
  readonly queue: {
    called(number: number): Queued | null;
    readonly chosen: Queued | null;
    open(): void;
    /** Something in it was changed from here: a report is as the server says, or could not be changed. */
    changed(report?: Queued['report']): void;
  };
  /** Bulk deletions that were begun here. */
  readonly deleting: Pick<Deleting, 'begin' | 'last'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** Whether the command before this one asked the same: then it was meant. */
  readonly confirmed: (question: string) => boolean;
  show(sheet: Sheet): void;
  end(how: 'quit' | 'sign-out'): void;
}

export type Listed = OutputOf<'member.list'>['members'][number];

/** Somebody with a name as it is shown. */
export interface Person {
  readonly userId: UserId;
  readonly name: string;
}

/** `value` with what a call gave, or why it gave nothing. */
export type Outcome<T> =
  { readonly ok: true; readonly value: T } | { readonly ok: false; readonly why: string };

/** Done, with a sentence about it if there is something to say; or not, and then the text stays to be mended. */
export type Answer =
  { readonly ok: true; readonly said?: string } | { readonly ok: false; readonly why: string };

export interface Command {
  /** Without the slash. */
  readonly name: string;
  /** As /help shows it: capitals are to be filled in, brackets may be left out. */
  readonly takes: string;
  readonly does: string;
  /** What may stand in place of `typed`, everything after the command's name. */
  readonly offers?: (talk: Talk, typed: string) => readonly string[];
  readonly run: (talk: Talk, typed: string) => Answer | Promise<Answer>;
}

export const done = (said?: string): Answer => ({ ok: true, ...(said !== undefined && { said }) });
export const no = (why: string): { readonly ok: false; readonly why: string } => ({
  ok: false,
  why,
});

/** Takes the channel that the command is about, or says that there is none. */
export function inRoom(run: (talk: Talk, room: Room, typed: string) => Answer | Promise<Answer>) {
  return (talk: Talk, typed: string): Answer | Promise<Answer> =>
    talk.room ? run(talk, talk.room, typed) : no('You are in no channel. /join or /create one.');
}

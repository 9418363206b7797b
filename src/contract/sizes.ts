/** The sizes and ages that both ends of the wire hold to; a client may check them before it asks. */

/** Largest socket frame and HTTP body, in bytes. */
export const FRAME_BYTES = 64 * 1024;
/** Longest message body, in characters (UTF-16 code units, as `String.length` counts). */
export const BODY_CHARACTERS = 4_000;
/** Longest channel name, in characters. */
export const CHANNEL_NAME_CHARACTERS = 80;
/** Most others in a direct channel. */
export const DIRECT_OTHERS = 8;
/** Most overrides of one channel. */
export const CHANNEL_OVERRIDES = 200;
/** Most roles of a workspace's own making. */
export const CUSTOM_ROLES = 100;
/** Most channels that one of them names. */
export const ROLE_CHANNELS = 50;
/** Most people who hold one of them. */
export const ROLE_HOLDERS = 500;
/** Most of them that one person holds. */
export const ROLES_OF_ONE = 20;
/** Longest topic of a channel, in characters. */
export const CHANNEL_TOPIC_CHARACTERS = 250;
/** Longest display name, in characters. */
export const DISPLAY_NAME_CHARACTERS = 64;
/** Longest reason given for a moderation act, in characters. */
export const REASON_CHARACTERS = 500;
/** Most kinds of reactions to one message. */
export const REACTION_KINDS = 50;
/** As many people are named with each kind of reaction; `reaction.list` names the others. */
export const REACTION_USERS = 3;
/** Most people mentioned in one message. */
export const MENTIONS = 50;
/** Most pinned messages of a channel. */
export const PINS = 50;
/** Shortest and longest time for which somebody is muted or banned, where it is not for good. */
export const SHORTEST_SANCTION_MS = 1_000;
export const LONGEST_SANCTION_MS = 366 * 24 * 60 * 60 * 1000;
/** Most access tokens of one session that are revoked at a time, each for an hour. */
export const REVOKED_TOKENS = 32;
/** Slowest pace of a channel with slow mode, in seconds. */
export const SLOW_MODE_SECONDS = 6 * 60 * 60;
/** As many messages are counted before they are deleted together. */
export const COUNTED_MESSAGES = 10_000;
/** Longest period that report statistics look at, in days. */
export const STATISTICS_DAYS = 366;
/** Longest text that goes with a report, in characters. */
export const REPORT_CHARACTERS = 1_000;
/** Most entries in one page of history, resume or list. */
export const PAGE_ENTRIES = 200;
/** Most bytes of message bodies in one page of history or of a thread: longer posts make shorter pages, of one at least. */
export const PAGE_BODY_BYTES = 512 * 1024;
/** Widest gap, in revisions, that a resume bridges; a wider one is answered with `reset`. */
export const RESUME_REVISIONS = 10_000;
/** Most channels in one sync: a list page of them, whose ids and positions fill a third of a frame at most. */
export const SYNC_CHANNELS = 200;
/** Most channels in one `channel.heads`: a quarter of a frame at most. */
export const HEADS_CHANNELS = 200;
/** About how often a connection is told the heads of its channels, in milliseconds. */
export const HEADS_EVERY_MS = 10_000;
/** Most people in one `presence.read`. */
export const PRESENCE_PEOPLE = 100;
/** How often somebody who writes says so, in milliseconds; more often nobody is told. */
export const TYPING_SIGNAL_MS = 3_000;
/** How long somebody is shown as writing after they said so last. */
export const TYPING_SHOWN_MS = 6_000;
/** A `clientId` older than this is refused, since what it once sent may have been deleted for good. */
export const CLIENT_ID_AGE_MS = 7 * 24 * 60 * 60 * 1000;
/** How far ahead of the server a `clientId` may claim to be made. */
export const CLIENT_ID_AHEAD_MS = 5 * 60 * 1000;
/** Most calls of one connection that wait or run at a time. */
export const CALLS_IN_FLIGHT = 64;

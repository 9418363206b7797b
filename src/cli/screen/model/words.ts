/** Every "no" as a sentence for whoever sits before the screen; nothing in it is taken from the wire unprinted. */
import { REFUSALS } from '../../../contract/index.ts';
import type { Refused } from '../../../client/index.ts';
import { printable } from '../../printable.ts';
import { stretchOf } from '../layout/time.ts';

/** Where the title in the table of refusals speaks to programs. */
const SENTENCES: Readonly<Record<string, string>> = {
  invalid_input: 'the server does not take it like this',
  forbidden: 'you may not do this here',
  not_found: 'there is no such thing, or you may not see it',
  channel_archived: 'the channel is archived and takes no changes',
  message_deleted: 'the message has been deleted',
  edit_window_closed: 'it is too old to be changed',
  too_many_reactions: 'it has as many kinds of reactions as a message can have',
  too_many_pins: 'the channel has as many pinned messages as it can have',
  muted: 'you are muted here',
  banned: 'they are banned from the channel',
  slow_mode: 'slow mode leaves some time between two messages',
  filtered: 'it has words or links that are not let through here',
  report_claimed: 'somebody else has taken it up',
  report_closed: 'it is decided already',
  last_owner: 'a channel keeps at least one owner: make somebody else one first',
  stale_client_id: 'it was written too long ago to be sent as it is',
  payload_too_large: 'it is too long',
  rate_limited: 'too many at once',
  internal: 'something went wrong on the server',
  overloaded: 'the server has too much to do',
  unavailable: 'the server cannot reach its database',
  outcome_unknown: 'the server lost its database meanwhile',
  unauthenticated: 'you are not signed in any more',
  token_expired: 'the session has to be renewed first',
  token_revoked: 'the session has to be renewed first',
  signed_out: 'you are signed out',
  unreachable: 'there is no connection',
  no_answer: 'the server did not answer, so nobody knows whether it was done',
  outbox_full: 'too many messages wait to be sent',
  storage_failed: 'it could not be kept on this machine',
};

/** Longest part of a refusal's detail that is shown, in characters. */
const DETAIL_CHARACTERS = 200;

/** Why not, without a full stop: `too many at once`. */
export function whyNot({ code, detail }: Refused<string>): string {
  const known = SENTENCES[code] ?? titleOf(code) ?? `the server says ${printable(code)}`;
  const more = code === 'invalid_input' ? detailOf(detail) : '';
  return more === '' ? known : `${known}: ${more}`;
}

/** Why not, and when it may be tried again, as a sentence of its own. */
export function refusalSentence(refusal: Refused<string>): string {
  const { retryAfterMs } = refusal;
  const again = retryAfterMs === undefined ? '' : ` Try again in ${stretchOf(retryAfterMs)}.`;
  const why = whyNot(refusal);
  return `${why.charAt(0).toUpperCase()}${why.slice(1)}.${again}`;
}

function titleOf(code: string): string | null {
  if (!Object.hasOwn(REFUSALS, code)) return null;
  const { title } = REFUSALS[code as keyof typeof REFUSALS];
  return title.charAt(0).toLowerCase() + title.slice(1).replace(/\.$/, '');
}

/** The paths and problems of an input that was refused, as far as they have the usual shape. */
function detailOf(detail: unknown): string {
  if (!Array.isArray(detail)) return '';
  const problems = detail.flatMap((one: unknown) => {
    if (typeof one !== 'object' || one === null || !('problem' in one)) return [];
    const path = 'path' in one && typeof one.path === 'string' ? `${one.path} ` : '';
    return typeof one.problem === 'string' ? [`${path}${one.problem}`] : [];
  });
  return printable(problems.join(', ')).slice(0, DETAIL_CHARACTERS);
}

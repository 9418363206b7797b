/** Every code that a person may meet, in words; a code that is unknown is shown as it is. */
import type { Refused } from '../client/index.ts';
import { CLOSURES } from '../contract/closures.ts';
import { REFUSALS } from '../contract/refusals.ts';
import { BODY_CHARACTERS } from '../contract/sizes.ts';
import { printable } from './printable.ts';

/** Codes of this side, and those for which a person needs other words than a programmer. */
const WORDS: Readonly<Record<string, string>> = {
  signed_out: 'Nobody is signed in here. Use conclave sign-in, or conclave sign-up.',
  unreachable: 'The server cannot be reached.',
  no_answer: 'The server did not answer in time. Whether it was done is not known.',
  outbox_full: 'Too many messages are waiting to be sent.',
  storage_failed: 'The message could not be kept on this machine, so it was not sent.',
  forbidden: 'You may not do this.',
  restricted_by_workspace: 'The settings of the workspace leave this to others.',
  not_found: 'There is no such thing, or you may not see it.',
  registration_closed: 'An invitation is needed to register here, and this one is not valid.',
  session_ended: 'The session was ended, here or elsewhere. Sign in again.',
  invalid_refresh_token: 'The session is over. Sign in again.',
  last_owner: 'A channel keeps at least one owner, and this is the last one.',
};

/** The rules of passwords; all that were broken are told at once. */
export const PASSWORD_RULES: Readonly<Record<string, string>> = {
  too_short: 'it is too short',
  too_long: 'it is too long',
  no_upper: 'it has no capital letter',
  no_lower: 'it has no small letter',
  no_digit: 'it has no digit',
  no_special: 'it has no character that is neither a letter nor a digit',
  too_common: 'it is one of the passwords that are tried first',
  contains_context: 'it contains your name, your e-mail address or the name of this place',
  contains_nul: 'it contains a character that cannot be typed',
  unchanged: 'it is the one you have',
};

const PROBLEMS: Readonly<Record<string, string>> = {
  too_small: 'is too short',
  too_big: 'is too long',
  too_long: `is longer than ${BODY_CHARACTERS} characters`,
  invalid_format: 'is not written as it must be',
  invalid_type: 'is missing or of the wrong kind',
};

/** One or more sentences, fit for a terminal. */
export function sentenceOf({ code, detail, retryAfterMs }: Refused<string>): string {
  const main =
    code === 'password_policy'
      ? passwordSentence(detail)
      : code === 'invalid_input'
        ? inputSentence(detail)
        : titleOf(code);
  return retryAfterMs === undefined ? main : `${main} Try again in ${secondsOf(retryAfterMs)} s.`;
}

/** The words for a refusal, a closure or a local code. */
export function titleOf(code: string): string {
  const titles: Readonly<Record<string, { readonly title: string }>> = { ...CLOSURES, ...REFUSALS };
  return WORDS[code] ?? titles[code]?.title ?? `The server said: ${printable(code)}.`;
}

export function secondsOf(milliseconds: number): number {
  return Math.max(1, Math.ceil(milliseconds / 1_000));
}

function passwordSentence(detail: unknown): string {
  const rules = textsOf(member(detail, 'rules'));
  if (rules.length === 0) return 'The password is not good enough.';
  return `The password cannot be used: ${rules.map((rule) => PASSWORD_RULES[rule] ?? printable(rule)).join('; ')}.`;
}

function inputSentence(detail: unknown): string {
  const problems = Array.isArray(detail) ? detail.map(problemSentence) : [];
  return problems.length === 0
    ? 'The server does not take this input.'
    : `The server does not take this input: ${problems.join('; ')}.`;
}

function problemSentence(entry: unknown): string {
  const [path] = textsOf([member(entry, 'path')]);
  const [problem] = textsOf([member(entry, 'problem')]);
  const words = PROBLEMS[problem ?? ''] ?? `is not right (${printable(problem ?? 'unknown')})`;
  return path ? `${FIELDS[path] ?? printable(path)} ${words}` : `it ${words}`;
}

const FIELDS: Readonly<Record<string, string>> = {
  body: 'the message',
  displayName: 'the name',
  email: 'the e-mail address',
  name: 'the name',
  reason: 'the reason',
  invitation: 'the code',
  password: 'the password',
};

function member(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null) return undefined;
  return (value as Record<string, unknown>)[name];
}

function textsOf(value: unknown): string[] {
  return Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];
}

/** Every way in which a command can fail: a stable code for programs, a sentence for people, and an exit code. */
import type { Refused } from '../client/index.ts';
import { sentenceOf } from './sentences.ts';

/** The exit codes, each with what it means; a signal ends the process as that signal does (130 for Ctrl-C). */
export const EXITS = {
  ok: { code: 0, about: 'It was done.' },
  refused: { code: 1, about: 'The server refused; the code says why.' },
  usage: { code: 2, about: 'The words of the command are wrong, or something was not given.' },
  unreachable: { code: 3, about: 'The server was not reached, or did not answer.' },
  'signed-out': { code: 4, about: 'Nobody is signed in, or the session was ended.' },
  local: { code: 5, about: 'Something on this machine is in the way, e.g. the mode of a file.' },
  bug: { code: 70, about: 'A mistake in the program.' },
} as const satisfies Record<string, { code: number; about: string }>;

export type Exit = keyof typeof EXITS;

interface Facts {
  readonly exit: Exclude<Exit, 'ok'>;
  /** Stays the same; the sentence may change. */
  readonly code: string;
  /** Already fit for a terminal where it holds what other people wrote. */
  readonly sentence: string;
  readonly refusal?: Refused<string>;
}

export class Failure extends Error {
  readonly exit: Facts['exit'];
  readonly code: string;
  readonly refusal: Refused<string> | null;

  constructor({ exit, code, sentence, refusal }: Facts) {
    super(sentence);
    this.name = 'Failure';
    this.exit = exit;
    this.code = code;
    this.refusal = refusal ?? null;
  }

  /** As one line on standard error with `--json`. */
  toJSON(): object {
    const { retry, retryAfterMs, traceId, detail } = this.refusal ?? {};
    return {
      error: {
        code: this.code,
        message: this.message,
        ...(retry !== undefined && { retry }),
        ...(retryAfterMs !== undefined && { retryAfterMs }),
        ...(typeof traceId === 'string' && { traceId }),
        ...(detail !== undefined && { detail }),
      },
    };
  }
}

/** Somebody used the command in a way that cannot work. */
export function misused(sentence: string, code = 'usage'): Failure {
  return new Failure({ exit: 'usage', code, sentence });
}

/** Something on this machine is in the way. */
export function inTheWay(code: string, sentence: string): Failure {
  return new Failure({ exit: 'local', code, sentence });
}

export const NOBODY =
  'Nobody is signed in here. Use conclave sign-in, or conclave sign-up to make an account.';

export function signedOut(sentence: string = NOBODY, code = 'signed_out'): Failure {
  return new Failure({ exit: 'signed-out', code, sentence });
}

export function unreachable(sentence: string): Failure {
  return new Failure({ exit: 'unreachable', code: 'unreachable', sentence });
}

const NOT_REACHED: ReadonlySet<string> = new Set([
  'unreachable',
  'no_answer',
  'unavailable',
  'outcome_unknown',
]);
const NOT_SIGNED_IN: ReadonlySet<string> = new Set([
  'signed_out',
  'unauthenticated',
  'token_expired',
  'token_revoked',
  'session_ended',
  'invalid_refresh_token',
]);

/** What the server, or the client library, said no to. A sentence may be given where the command knows more. */
export function refusedWith(refusal: Refused<string>, sentence = sentenceOf(refusal)): Failure {
  const { code } = refusal;
  const exit = NOT_REACHED.has(code)
    ? 'unreachable'
    : NOT_SIGNED_IN.has(code)
      ? 'signed-out'
      : 'refused';
  return new Failure({ exit, code, sentence, refusal });
}

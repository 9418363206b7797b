/** What stories about accounts expect of an answer: a yes and its data, or a no of one code. */
import assert from 'node:assert/strict';
import type { RefusalCode } from '../../src/contract/index.ts';
import type { Credential } from '../../src/kernel/index.ts';
import type { Answer } from './support.ts';

/** The data of a yes; fails with the code of a no. */
export function accepted({ reply, refusal }: Answer): Record<string, string> {
  assert.ok(reply.ok, reply.ok ? '' : `${reply.error.code}: ${String(refusal?.cause)}`);
  return reply.data as Record<string, string>;
}

/** The detail of a no with this code. */
export function refused({ reply }: Answer, code: RefusalCode): unknown {
  assert.equal(reply.ok ? 'ok' : reply.error.code, code);
  return reply.ok ? undefined : reply.error.detail;
}

export function bearer(token: string | undefined): Credential {
  return { kind: 'token', token: token ?? '' };
}

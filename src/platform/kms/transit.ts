/** Unwraps keys by an HTTP service in the shape of Vault's transit engine: certificate, time and size are bounded, and nothing is believed that is no key. */
import { request as requestHttp, type IncomingMessage } from 'node:http';
import { request as requestHttps } from 'node:https';
import type { Secret } from '../../kernel/index.ts';

export interface TransitOptions {
  /** Where the engine is mounted, e.g. `https://vault.example.org:8200/v1/transit`. */
  readonly url: string;
  /** Name of the wrapping key there. */
  readonly key: string;
  readonly token: Secret<string>;
  /** Authorities that may vouch for it, in PEM; those that Node knows when none are given. */
  readonly ca?: string | undefined;
  /** Milliseconds for one answer, from the first packet to the last. */
  readonly timeoutMs: number;
}

/** Says what went wrong with the service; neither what was asked nor what was answered is in it. */
export class KmsError extends Error {
  constructor(what: string) {
    super(`The key management service ${what}`);
    this.name = 'KmsError';
  }
}

export interface Kms {
  /** The bytes that were wrapped. Throws KmsError. */
  unwrap(wrapped: string): Promise<Buffer>;
}

/** An answer is a key and a few fields around it. */
const ANSWER_BYTES = 64 * 1_024;
const STRICT_BASE64 = /^(?:[A-Za-z0-9+/]{4})*(?:[A-Za-z0-9+/]{2}==|[A-Za-z0-9+/]{3}=)?$/;

/** https://developer.hashicorp.com/vault/api-docs/secret/transit#decrypt-data */
export function transit(options: TransitOptions): Kms {
  return {
    async unwrap(ciphertext) {
      const answer = await asked(options, 'decrypt', { ciphertext });
      const plaintext = (answer as { data?: { plaintext?: unknown } } | null)?.data?.plaintext;
      if (typeof plaintext !== 'string' || !STRICT_BASE64.test(plaintext))
        throw new KmsError('answered with something that is no answer.');
      return Buffer.from(plaintext, 'base64');
    },
  };
}

async function asked(options: TransitOptions, what: 'decrypt', body: object): Promise<unknown> {
  const { status, text } = await posted(options, what, JSON.stringify(body));
  if (status === 403) throw new KmsError('does not take the token (403).');
  if (status !== 200) throw new KmsError(`refused (${status}).`);
  try {
    return JSON.parse(text);
  } catch {
    throw new KmsError('answered with something that is no answer.');
  }
}

function posted(
  { url, key, token, ca, timeoutMs }: TransitOptions,
  what: string,
  body: string,
): Promise<{ readonly status: number; readonly text: string }> {
  const target = new URL(`${url.replace(/\/+$/, '')}/${what}/${encodeURIComponent(key)}`);
  const request = target.protocol === 'https:' ? requestHttps : requestHttp;
  return new Promise((resolve, reject) => {
    const signal = AbortSignal.timeout(timeoutMs);
    const failed = (cause: unknown) => {
      const code = cause instanceof Error && 'code' in cause ? String(cause.code) : 'unknown';
      const late = `did not answer within ${timeoutMs} ms.`;
      reject(new KmsError(signal.aborted ? late : `cannot be reached (${code}).`));
    };
    const call = request(target, {
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        'x-vault-token': token.reveal(),
      },
      ...(ca !== undefined && { ca }),
      minVersion: 'TLSv1.2',
      agent: false, // asked at the start and never again: no connection is kept
      signal,
    });
    call.on('error', failed);
    call.on('response', (response) => {
      textOf(response).then((text) => resolve({ status: response.statusCode ?? 0, text }), failed);
    });
    call.end(body);
  });
}

async function textOf(response: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = [];
  let size = 0;
  for await (const chunk of response as AsyncIterable<Buffer>) {
    size += chunk.length;
    if (size > ANSWER_BYTES) {
      response.destroy();
      throw Object.assign(new Error('too long'), { code: 'too long an answer' });
    }
    chunks.push(chunk);
  }
  return Buffer.concat(chunks).toString('utf8');
}

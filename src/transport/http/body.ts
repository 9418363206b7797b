/** Reads a body that is one JSON object in UTF-8 of at most FRAME_BYTES, and holds no more than that in memory. */
import type { IncomingMessage } from 'node:http';
import { FRAME_BYTES } from '../../contract/index.ts';
import { Refusal } from '../../kernel/index.ts';
import { malformed } from './answer.ts';

const JSON_TYPE = /^application\/json(?: *; *charset=(?:utf-8|"utf-8"))?$/i;

/** What the headers announce; the parser of Node holds the client to it. */
export function hasBody({ headers }: IncomingMessage): boolean {
  return headers['transfer-encoding'] !== undefined || Number(headers['content-length'] ?? 0) > 0;
}

/** No body at all is an empty object. */
export async function readBody(request: IncomingMessage): Promise<object> {
  if (!hasBody(request)) return {};
  const types = request.headersDistinct['content-type'] ?? [];
  const encoding = request.headers['content-encoding'] ?? 'identity';
  if (
    types.length !== 1 ||
    !JSON_TYPE.test(types[0] ?? '') ||
    encoding.toLowerCase() !== 'identity'
  )
    throw new Refusal('unsupported_media_type');
  if (Number(request.headers['content-length'] ?? 0) > FRAME_BYTES)
    throw new Refusal('payload_too_large');
  return parse(await collect(request));
}

/**
 * Refuses at the first byte too many. What still comes is dropped by Node as it arrives, and the
 * request timeout ends a client that never stops.
 */
function collect(request: IncomingMessage): Promise<Buffer> {
  return new Promise((resolve, reject) => {
    const chunks: Buffer[] = [];
    let size = 0;
    request.on('data', (chunk: Buffer) => {
      size += chunk.length;
      if (size <= FRAME_BYTES) chunks.push(chunk);
      else reject(new Refusal('payload_too_large'));
    });
    request.once('end', () => resolve(Buffer.concat(chunks)));
    const cut = (): void => reject(malformed('incomplete_body'));
    request.once('error', cut);
    request.once('close', cut);
  });
}

function parse(bytes: Buffer): object {
  if (bytes.length === 0) return {};
  let value: unknown;
  try {
    // Fatal, and keeping a byte order mark, which JSON does not allow: what is odd is refused, not repaired.
    const text = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
    value = JSON.parse(text);
  } catch {
    throw malformed('json');
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value))
    throw malformed('not_an_object');
  return value;
}

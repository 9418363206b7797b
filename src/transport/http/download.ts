/** Sends bytes that are made while they are sent: at the pace of the client, never as a page, and cut off where they fail. */
import type { ServerResponse } from 'node:http';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Download } from '../../kernel/index.ts';

/** What Node calls it when the other side hangs up. */
const LEFT = 'ERR_STREAM_PREMATURE_CLOSE';
/** What a header takes as it is, and every file system. */
const NAME = /^[\w.-]{1,100}$/;

/** Resolves when the client has all of it, or has left; rejects, after cutting the answer off, where it could not be made. */
export async function send(
  response: ServerResponse,
  { type, name, bytes }: Download<unknown, unknown>,
  reply: unknown,
  domain: unknown,
): Promise<void> {
  const fileName = name(reply);
  if (!NAME.test(fileName)) throw new Error('a download has a name that fits in a header');
  response.statusCode = 200;
  response.setHeader('Content-Type', type);
  response.setHeader('Content-Disposition', `attachment; filename="${fileName}"`);
  // Without a length: a client that does not get the last, empty chunk knows that it does not have all of it.
  const made = Readable.from(bytes(reply, domain), { objectMode: false });
  try {
    await pipeline(made, response);
  } catch (error) {
    response.destroy();
    const hasLeft = error instanceof Error && 'code' in error && error.code === LEFT;
    if (!hasLeft) throw error;
  }
}

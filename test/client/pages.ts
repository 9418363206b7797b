/** A browser as the client library meets it: its pages share one cookie, the line can be cut, and answers get lost. */
import type { Fetch } from 'conclave/client';
import { REFRESH_COOKIE } from '../../src/contract/index.ts';
import { PAGE } from '../auth/browser.ts';

/** One browser: what its pages share is its cookie, and nothing of it is shown to them. */
export class Pages {
  cookie: string | null = null;
  readonly bodies: string[] = [];
  readonly refreshes: string[] = [];
  /** How many answers to refreshes get lost before the browser has read anything of them. */
  lose = 0;
  /** Whether the server is out of reach. */
  isCut = false;

  readonly fetch: Fetch = async (url, { credentials, ...init }) => {
    if (this.isCut) throw new Error('the line is cut');
    const sends = credentials !== 'omit' && this.cookie !== null;
    const headers = { ...init.headers, origin: PAGE, ...(sends && { cookie: this.cookie ?? '' }) };
    const response = await fetch(url, { ...init, headers });
    if (url.endsWith('/refresh')) {
      this.refreshes.push(init.body ?? '');
      if (this.lose > 0) {
        this.lose -= 1;
        throw new Error('the answer was lost');
      }
    }
    for (const line of response.headers.getSetCookie()) {
      const [pair = ''] = line.split(';');
      this.cookie = pair === `${REFRESH_COOKIE}=` ? null : pair;
    }
    this.bodies.push(await response.clone().text());
    return response;
  };

  /** What the refreshes were sent with. */
  get nonces(): string[] {
    return this.refreshes.map((text) => (JSON.parse(text) as { nonce: string }).nonce);
  }
}

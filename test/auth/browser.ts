/** A browser as a server sees it: it names the origin of its page, and keeps one cookie out of reach of that page. */
import assert from 'node:assert/strict';
import { REFRESH_COOKIE, type RefusalCode } from '../../src/contract/index.ts';
import { World, type WorldOptions } from '../support/world.ts';
import type { Resident } from './residents.ts';

/** Where the page comes from that may use the cookie. */
export const PAGE = 'https://chat.example';

/** A world whose settings name that page. */
export const worldOfPages = (options: WorldOptions = {}): Promise<World> =>
  World.create({
    ...options,
    environment: { ALLOWED_ORIGINS: PAGE, ...options.environment },
  });

export interface Answer {
  readonly status: number;
  readonly body: Readonly<Record<string, unknown>>;
  /** The cookies that the answer sets, whole. */
  readonly set: readonly string[];
}

/** What a story changes of a request; null leaves the header out. */
export interface Changes {
  readonly origin?: string | null;
  readonly cookie?: string | null;
  readonly token?: string;
}

export class Browser {
  /** The value of the refresh cookie, which no page can read. */
  kept: string | null = null;
  readonly #url: string;

  constructor(url: string) {
    this.#url = url;
  }

  async ask(
    method: string,
    path: string,
    body: object | null,
    { origin = PAGE, cookie = this.cookie, token }: Changes = {},
  ): Promise<Answer> {
    const headers = {
      ...(body && { 'content-type': 'application/json' }),
      ...(origin !== null && { origin }),
      ...(cookie !== null && { cookie }),
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
    };
    const init = { method, headers, ...(body && { body: JSON.stringify(body) }) };
    const response = await fetch(`${this.#url}${path}`, init);
    const set = response.headers.getSetCookie();
    for (const line of set) this.#keep(line);
    return { status: response.status, body: (await response.json()) as Answer['body'], set };
  }

  get cookie(): string | null {
    return this.kept === null ? null : `theme=dark; ${REFRESH_COOKIE}=${this.kept}`;
  }

  /** Signs in by cookie; the access token, which the page holds in memory. */
  async signIn(resident: Resident, slug: string, changes: Changes = {}): Promise<string> {
    const { email, password } = resident;
    const claim = { workspace: slug, email, password, delivery: 'cookie' };
    const { status, body } = await this.ask('POST', '/v1/sessions', claim, changes);
    assert.equal(status, 201, JSON.stringify(body));
    return String(body['accessToken']);
  }

  refresh(nonce: string, changes: Changes = {}, more: object = {}): Promise<Answer> {
    const input = { nonce: nonce.padEnd(22, '-'), delivery: 'cookie', ...more };
    return this.ask('POST', '/v1/sessions/refresh', input, changes);
  }

  /** By the rules of the prefix: whatever breaks one is dropped without a word (RFC 6265bis §5.7). */
  #keep(line: string): void {
    const [pair = '', ...attributes] = line.split('; ');
    const has = (attribute: string) => attributes.includes(attribute);
    const isTaken = has('Secure') && has('Path=/') && !/;\s*domain=/i.test(line);
    if (!isTaken || !pair.startsWith(`${REFRESH_COOKIE}=`)) return;
    this.kept = has('Max-Age=0') ? null : pair.slice(REFRESH_COOKIE.length + 1);
  }
}

/** A refusal of that code, which sets no cookie. */
export function refused({ body, set }: Answer, code: RefusalCode): void {
  assert.deepEqual([body['code'], set], [code, []], JSON.stringify(body));
}

/** An answer that takes the cookie away, by the attributes that it was set with. */
export function cleared({ set }: Pick<Answer, 'set'>): void {
  assert.equal(set.length, 1);
  const attributes = (set[0] ?? '').split('; ');
  assert.equal(attributes[0], `${REFRESH_COOKIE}=`);
  for (const needed of ['Max-Age=0', 'Path=/', 'HttpOnly', 'Secure', 'SameSite=Strict'])
    assert.ok(attributes.includes(needed), set[0]);
}

/** What a page of another origin, or a program without one, sends as `Origin`. */
export const WRONG_ORIGINS: readonly (string | null)[] = [
  null,
  '',
  'null',
  'https://evil.example',
  'https://chat.example.evil.example',
  'https://evil-chat.example',
  'https://sub.chat.example',
  'http://chat.example',
  'https://chat.example:8443',
  'https://chat.example/',
  'https://CHAT.example',
  `${PAGE}, ${PAGE}`,
];

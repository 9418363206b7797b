/** People of a world who have passwords, and sign in with them from as many devices as a story needs. */
import { randomBytes } from 'node:crypto';
import type { MintedSession } from '../../src/auth/index.ts';
import { asked } from '../support/asked.ts';
import { Person } from '../support/person.ts';
import type { Result } from '../support/result.ts';
import type { World } from '../support/world.ts';

export interface Visit {
  /** The node, where it is not the world's own. */
  readonly url?: string;
  readonly device?: string;
  readonly userAgent?: string;
  readonly password?: string;
}

export class Resident {
  readonly email: string;
  readonly password: string;
  readonly #home: Pick<World, 'url' | 'slug'>;

  constructor(home: Pick<World, 'url' | 'slug'>, email: string, password: string) {
    this.#home = home;
    this.email = email;
    this.password = password;
  }

  /** Registers somebody new. */
  static async create(
    home: Pick<World, 'url' | 'slug'>,
    displayName = 'Ada',
    password = `${randomBytes(12).toString('base64url')}-aA1!`,
  ): Promise<Resident> {
    const email = `${randomBytes(8).toString('hex')}@example.org`;
    const resident = new Resident(home, email, password);
    const application = { workspace: home.slug, email, password, displayName };
    await resident.#post('/v1/accounts', application).accepted();
    return resident;
  }

  tries({ url, device, userAgent, password = this.password }: Visit = {}): Result<MintedSession> {
    const claim = { workspace: this.#home.slug, email: this.email, password };
    const body = { ...claim, ...(device !== undefined && { device }) };
    return this.#post<MintedSession>('/v1/sessions', body, url, userAgent);
  }

  /** Signs in; the person has no connection yet. */
  async arrives(visit: Visit = {}): Promise<Person> {
    return new Person(visit.url ?? this.#home.url, this.email, await this.tries(visit).accepted());
  }

  #post<O>(path: string, body: object, url = this.#home.url, userAgent = 'Story/1.0'): Result<O> {
    return asked(url, 'POST', path, { headers: { 'user-agent': userAgent }, body });
  }
}

/** What stories of a browser share: a world of pages, clients that keep their session in a cookie, and an end to all of it. */
import type { ClientOptions } from 'conclave/client';
import { worldOfPages } from '../auth/browser.ts';
import type { World } from '../support/world.ts';
import { Pages } from './pages.ts';
import { Clients } from './support.ts';

export interface Browser {
  readonly world: World;
  readonly clients: Clients;
  /** Those of the story that is told, which begins without a cookie. */
  readonly pages: Pages;
  /** A client whose refresh token is in the cookie of these pages. */
  readonly options: (more?: Partial<ClientOptions>) => Partial<ClientOptions>;
}

/** Opened before the stories of the `describe` that calls it, and closed after them. */
export function browser(): Browser {
  let world: World;
  let pages: Pages;
  const clients = new Clients(() => world);
  before(async () => {
    world = await worldOfPages();
  });
  beforeEach(() => {
    pages = new Pages();
  });
  after(async () => {
    clients.end();
    await world.end();
  });
  return {
    clients,
    get world() {
      return world;
    },
    get pages() {
      return pages;
    },
    options: (more = {}) => ({ delivery: 'cookie', fetch: pages.fetch, ...more }),
  };
}

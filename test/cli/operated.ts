/** A server with a database of its own, and its operator's machine with the settings of that server. */
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { World } from '../support/world.ts';
import { Machinery, type Running } from './support.ts';

/** What of this environment is a setting that the operator's commands need. */
const OWN = /^(CONCLAVE_.*(KEYS|PEPPERS)(_FILE)?|REDIS_URL)$/;

export interface Operated {
  readonly database: OwnDatabase;
  readonly world: World;
  readonly home: Machinery;
  readonly settings: Readonly<Record<string, string>>;
  /** `conclave admin` with these words, in a process of its own. */
  readonly admin: (
    words: readonly string[],
    environment?: Readonly<Record<string, string>>,
  ) => Running;
}

/** There before the stories of the `describe` that calls it, and gone after them. */
export function operated(): Operated {
  let database: OwnDatabase;
  let world: World;
  let home: Machinery;
  let settings: Record<string, string>;
  before(async () => {
    database = await ownDatabase();
    home = new Machinery();
    world = await World.create({ environment: { DATABASE_APP_URL: database.serverUrl } });
    const given = Object.entries(process.env).filter(([name]) => OWN.test(name));
    settings = { ...(Object.fromEntries(given) as Record<string, string>) };
    settings['DATABASE_APP_URL'] = database.serverUrl;
  });
  after(async () => {
    home.end();
    await world.end();
    await database.remove();
  });
  return {
    get database() {
      return database;
    },
    get world() {
      return world;
    },
    get home() {
      return home;
    },
    get settings() {
      return settings;
    },
    admin: (words, environment = settings) => home.apart(['admin', ...words], { environment }),
  };
}

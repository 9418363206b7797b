/** A server with a database of its own, and its operator's machine with the settings of that server. */
import { hostname } from 'node:os';
import { Failure } from '../../src/cli/failure.ts';
import type { OpenOperator } from '../../src/cli/operator-port.ts';
import { openOperator } from '../../src/operator/index.ts';
import { ownDatabase, type OwnDatabase } from '../architecture/own-database.ts';
import { project } from '../support/bootstrap-clone.ts';
import { World } from '../support/world.ts';
import { Machinery, type Running } from './support.ts';

/** What of this environment is a setting that the operator's commands need. */
const OWN = /^(CONCLAVE_.*(KEYS|PEPPERS)(_FILE)?|REDIS_URL)$/;

export interface Operated {
  readonly database: OwnDatabase;
  readonly world: World;
  readonly home: Machinery;
  readonly settings: Readonly<Record<string, string>>;
  /** `conclave admin` with these words, in this process: what it loads takes seconds in each of its own. */
  readonly admin: Admin;
  /** The same in a process of its own. */
  readonly apart: Admin;
}

type Admin = (words: readonly string[], environment?: Readonly<Record<string, string>>) => Running;

/** As the edge of the command opens it. */
export const openHere: OpenOperator = ({ environment, machine: { uid } }) =>
  openOperator({
    ...{ environment, root: project, uid, host: hostname() },
    fail: (exit, code, sentence) => new Failure({ exit, code, sentence }),
  });

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
    admin: (words, environment = settings) =>
      home.here(['admin', ...words], { environment, openOperator: openHere }),
    apart: (words, environment = settings) => home.apart(['admin', ...words], { environment }),
  };
}

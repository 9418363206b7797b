/** How a command comes to the backups of a server; the parts of the server are loaded only then, by src/cli/edge.ts. */
import type { Keeper } from '../operator/index.ts';
import type { Surroundings } from './surroundings.ts';

export type KeeperAtWork = Keeper;

/** Nothing is read or opened before something is asked of it. Throws Failure. */
export type OpenKeeper = (surroundings: Surroundings) => Promise<KeeperAtWork>;

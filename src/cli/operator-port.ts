/** How a command comes to operate the server itself; the parts of the server are loaded only then, by src/cli/edge.ts. */
import type { Finding, Operator } from '../operator/index.ts';
import type { Surroundings } from './surroundings.ts';

export type { Finding };

export type OperatorAtWork = Operator;

/** Finds the settings of the server and opens its database. Throws Failure. */
export type OpenOperator = (surroundings: Surroundings) => Promise<OperatorAtWork>;

/** Checks the server by its settings, one finding after the other. */
export type Examine = (
  surroundings: Surroundings,
  options: { readonly production: boolean },
) => AsyncIterable<Finding>;

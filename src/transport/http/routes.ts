/** The routes of the registry, each claimed once, the most exact first, each with an input that HTTP can carry. */
import type { AnyOperation } from '../../kernel/index.ts';
import { cookieOf } from './refresh-cookie.ts';
import { inputShape, type InputShape } from './input-shape.ts';

export type Method = 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';

export interface Route {
  readonly operation: AnyOperation;
  readonly method: Method;
  /** The name of the method in Express. */
  readonly verb: Lowercase<Method>;
  readonly path: string;
  readonly shape: InputShape;
}

const ROUTE = /^(GET|POST|PUT|PATCH|DELETE) (\/v1(?:\/(?::[A-Za-z]\w*|[a-z0-9][a-z0-9-]*))+)$/;

/** Throws when a route is not well formed, when two operations claim one, or when an input is not closed. */
export function operationRoutes(operations: readonly AnyOperation[]): readonly Route[] {
  const owners = new Map<string, string>();
  const routes = operations.flatMap((operation) => {
    if (operation.on.http === undefined) return [];
    const route = routeOf(operation, operation.on.http);
    const claim = `${route.method} ${route.path.replace(/:\w+/g, ':')}`;
    const owner = owners.get(claim);
    if (owner !== undefined)
      throw new Error(`${owner} and ${operation.name} both claim ${operation.on.http}.`);
    owners.set(claim, operation.name);
    return [route];
  });
  // `/v1/things/search` is asked before `/v1/things/:id`, in whichever order they were declared.
  return routes.sort((a, b) => rank(a.path).localeCompare(rank(b.path)));
}

function routeOf(operation: AnyOperation, declared: string): Route {
  const [, method, path] = ROUTE.exec(declared) ?? [];
  if (method === undefined || path === undefined)
    throw new Error(`${operation.name}: "${declared}" is no METHOD /v1/path/:param.`);
  const shape = inputShape(operation);
  if (method === 'GET' && cookieOf(operation))
    throw new Error(`${operation.name}: browsers name no origin with GET, so it takes no cookie.`);
  const parameters = path.match(/(?<=:)\w+/g) ?? [];
  for (const name of parameters)
    if (!shape.has(name)) throw new Error(`${operation.name}: its input has no "${name}".`);
  if (new Set(parameters).size < parameters.length)
    throw new Error(`${operation.name}: "${declared}" names a parameter twice.`);
  const verb = method.toLowerCase() as Lowercase<Method>;
  return { operation, method: method as Method, verb, path, shape };
}

/** One digit per segment, parameters after names; of equal ranks at most one matches a given path. */
function rank(path: string): string {
  const segments = path.split('/').slice(1);
  return segments.map((segment) => (segment.startsWith(':') ? '1' : '0')).join('');
}

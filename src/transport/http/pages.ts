/** The few things that are no operation: whether the server lives, whether it is ready, and its public keys. */
import type { RequestHandler } from 'express';
import { answer } from './answer.ts';
import { exchangeOf } from './exchange.ts';

export interface Health {
  /** Of the process alone: it asks no store, so that a lost database does not get the process killed. */
  live(): boolean;
  ready(): Promise<{ readonly ready: boolean; readonly checks: Readonly<Record<string, string>> }>;
}

interface Page {
  readonly path: string;
  readonly handler: RequestHandler;
}

export function pages(ports: { health: Health; jwks: () => object }): readonly Page[] {
  const { health, jwks } = ports;
  return [
    page('/', (_request, response) => answer(response, 200, { name: 'conclave', api: '/v1' })),
    page('/healthz', (_request, response) => {
      const alive = health.live();
      answer(response, alive ? 200 : 503, { status: alive ? 'ok' : 'failing' });
    }),
    page('/readyz', async (request, response) => {
      const { ready, checks } = await ask(health).catch((error: unknown) => {
        exchangeOf(request).fault = error;
        return { ready: false, checks: {} };
      });
      const status = ready ? 'ready' : 'unavailable';
      answer(response, ready ? 200 : 503, { status, checks: upOrAway(checks) });
    }),
    page('/.well-known/jwks.json', (_request, response) => {
      const keys = jwks();
      response.setHeader('Cache-Control', 'public, max-age=300');
      answer(response, 200, keys);
    }),
  ];
}

function page(path: string, show: RequestHandler): Page {
  const handler: RequestHandler = (request, response, next) => {
    exchangeOf(request).route = path;
    return show(request, response, next);
  };
  return { path, handler };
}

/** A check that throws at once is a failed check like any other. */
const ask = async (health: Health) => health.ready();

/** Two words and no third: what a store said when it failed is for the log. */
function upOrAway(checks: Readonly<Record<string, string>>): Record<string, 'up' | 'away'> {
  const entries = Object.entries(checks);
  return Object.fromEntries(entries.map(([name, is]) => [name, is === 'up' ? 'up' : 'away']));
}

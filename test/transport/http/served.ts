/** A server on a free port, with real routes and a road made of small functions; gone after each test. */
import { randomBytes } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { v7 } from 'uuid';
import { z } from 'zod';
import type { LimitOnWire } from '../../../src/contract/index.ts';
import {
  reply,
  type AnyOperation,
  type Call,
  type Entropy,
  type Observation,
  type Refusal,
  type Stages,
} from '../../../src/kernel/index.ts';
import {
  hardenServer,
  httpApp,
  type DoorRow,
  type HttpOptions,
  type RequestLine,
} from '../../../src/transport/http/index.ts';

export const ID = '0198b2f0-0000-7000-8000-000000000001';
export const TOKEN = 'header.payload.signature-canary';
export const entropy: Entropy = { bytes: (length) => randomBytes(length), id: () => v7() };
export const ANYONE = {
  describe: 'open: a test asks',
  asks: { of: 'nobody' as const },
  audience: 'anyone' as const,
  workspace: () => ({ by: 'default' }) as const,
  resolve: () => Promise.resolve(null),
};
/** A door at which every request is the second of an hour, and what the header says of that. */
const SECOND_HIT: DoorRow = {
  calls: 1_000,
  milliseconds: 3_600_000,
  hit: () => Promise.resolve({ hits: 2, resetMs: 3_600_000 }),
};
export const AT_THE_DOOR = '"http.request"; r=998; t=3600';

/** That door, with another way to count where a test says so. */
export function doorWith(row: Partial<DoorRow> = {}): HttpOptions['door'] {
  const asked = { ...SECOND_HIT, ...row };
  return { keyOf: (address) => address, rows: { 'http.request': asked, 'http.probe': SECOND_HIT } };
}
/** An operation that answers with the input as its handler saw it. */
export function echo<I extends z.ZodType>(
  name: string,
  http: `${'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'} /${string}` | null,
  input: I,
  status: 200 | 201 | 202 = 200,
): AnyOperation {
  return {
    name,
    summary: 'Says what it was told.',
    on: http === null ? { socket: true } : { http },
    status,
    commit: 'read',
    input,
    output: z.unknown(),
    access: ANYONE,
    limit: 'read',
    audit: { skip: 'a test' },
    refuses: [],
    handle: ({ input: told }: { readonly input: z.output<I> }) => Promise.resolve(reply(told)),
  };
}

/** What the road was given and what it was told. */
export interface Seen {
  readonly calls: Call[];
  readonly refusals: Refusal[];
  readonly observations: Observation[];
  readonly lines: RequestLine[];
  readonly misuses: unknown[];
}

interface Served extends Seen {
  readonly url: string;
  readonly port: number;
  readonly server: Server;
  /** Resolves with the next log line, which is written after the answer has left. */
  readonly nextLine: () => Promise<RequestLine>;
}

const running: Server[] = [];

/** Pass this to `afterEach`. */
export async function closeServers(): Promise<void> {
  for (const server of running.splice(0)) {
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }
}

export async function serve(
  operations: readonly AnyOperation[],
  stages: Partial<Stages> & { readonly limited?: LimitOnWire } = {},
  options: Partial<HttpOptions> = {},
  prepare: (server: Server) => void = () => undefined,
): Promise<Served> {
  const seen: Seen = { calls: [], refusals: [], observations: [], lines: [], misuses: [] };
  const waiting: ((line: RequestLine) => void)[] = [];
  const app = httpApp({
    operations,
    stages: { ...roadOf(seen, stages.limited), ...stages },
    entropy,
    clientAddress: () => '192.0.2.7',
    allowedOrigins: new Set(['https://chat.example']),
    door: doorWith(),
    loop: () => ({ active: 0, idle: 0 }),
    later: (_milliseconds, task) => setImmediate(task),
    machineTime: () => new Date(),
    misused: (cause) => void seen.misuses.push(cause),
    log: (line) => {
      seen.lines.push(line);
      waiting.shift()?.(line);
    },
    health: { live: () => true, ready: () => Promise.resolve({ ready: true, checks: {} }) },
    jwks: () => ({ keys: [] }),
    secure: false,
    plaintext: () => false,
    judgeHost: () => Promise.resolve(null),
    turnedAway: () => undefined,
    ...options,
  });
  const server = createServer(app);
  hardenServer(server);
  prepare(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  running.push(server);
  const { port } = server.address() as AddressInfo;
  const nextLine = () => new Promise<RequestLine>((resolve) => waiting.push(resolve));
  return { ...seen, url: `http://127.0.0.1:${port}`, port, server, nextLine };
}

function roadOf(seen: Seen, limit: LimitOnWire | undefined): Stages {
  return {
    now: () => new Date(0),
    monotonic: () => 0,
    admit: () => () => undefined,
    authenticate: (_operation, call) => {
      seen.calls.push(call);
      const workspaceId = ID as never;
      return Promise.resolve({ kind: 'anonymous', workspaceId, origin: call.origin });
    },
    limit: () => Promise.resolve(limit),
    domainOf: () => null,
    transact: (_operation, _caller, _traceId, work) =>
      work({ services: null, record: () => Promise.resolve() }),
    group: () => Promise.reject(new Error('nothing is grouped here')),
    publish: () => Promise.resolve(),
    refused: (_operation, _call, _caller, refusal) => void seen.refusals.push(refusal),
    observe: (observation) => void seen.observations.push(observation),
  };
}

/** Sends bytes as they are and resolves with everything that came back once the server has hung up. */
export function raw(port: number, ...parts: readonly (string | Buffer)[]): Promise<string> {
  return new Promise((resolve) => {
    let received = '';
    const socket = connect(port, '127.0.0.1', () => {
      for (const part of parts) socket.write(part);
    });
    socket.on('data', (chunk) => (received += chunk.toString('latin1')));
    socket.on('error', () => undefined); // a reset after the answer is an end like any other
    socket.on('close', () => resolve(received));
  });
}

/** Nodes of Conclave on one database and Redis, and people with sessions there, for one trial. */
import { bootstrap } from '../bootstrap.ts';
import { inspect, inspected } from '../inspector.ts';
import type { Person } from '../load/dialects.ts';
import { newcomers } from '../people.ts';
import { conclaveEnvironment, startSystem, type RunningServer } from '../servers.ts';
import { cpuSeconds } from '../usage.ts';
import type { Tools } from './trial.ts';

export interface Crowd {
  readonly ports: readonly number[];
  readonly people: readonly Person[];
  /** Of the nodes. */
  readonly pids: readonly number[];
  /** Counts the CPU of nodes and Postgres meanwhile, and profiles the first node where that is wanted. */
  readonly measured: <T>(work: () => Promise<T>) => Promise<T & Measured>;
}

export interface Measured {
  /** Seconds of user and system time. */
  readonly cpu: { readonly nodes: number; readonly postgres: number };
}

export interface CrowdOptions {
  readonly nodes: number;
  readonly people: number;
  /** Makes the first of them an admin, who has it. */
  readonly password?: string;
  /** Of the nodes, beside those that all servers of the bench have. */
  readonly settings?: Readonly<Record<string, string>>;
}

/** Everything is ended after `work`, whatever comes of it. */
export async function withCrowd<T>(
  { services, load, profiled }: Tools,
  of: CrowdOptions,
  work: (crowd: Crowd) => Promise<T>,
): Promise<T> {
  const { freePort } = await bootstrap('ports');
  await services.redis.flushall();
  const ports: number[] = [];
  for (let n = 0; n < of.nodes; n += 1) ports.push(await freePort());
  const people = await newcomers(services, ports[0] ?? 0, of.people, of.password);
  // Tokens are of the server's public address, which its nodes share.
  const { PUBLIC_URL = '' } = conclaveEnvironment(services, ports[0] ?? 0);
  const inspectorPort = profiled && (await freePort());
  const nodes: RunningServer[] = [];
  try {
    for (const [n, port] of ports.entries()) {
      const flags = n === 0 && inspectorPort !== null ? inspected(inspectorPort) : [];
      nodes.push(
        await startSystem('conclave', services, port, flags, { PUBLIC_URL, ...of.settings }),
      );
    }
    const used = () => ({
      nodes: nodes.reduce((sum, { pid }) => sum + cpuSeconds(pid), 0),
      postgres: cpuSeconds(services.pids.postgres),
    });
    const inspector = inspectorPort === null ? null : await inspect(inspectorPort);
    try {
      return await work({
        ports,
        people,
        pids: nodes.map(({ pid }) => pid),
        async measured(part) {
          await inspector?.startProfile();
          const before = used();
          const result = await part();
          const cpu = {
            nodes: used().nodes - before.nodes,
            postgres: used().postgres - before.postgres,
          };
          if (inspector) profiled?.(await inspector.stopProfile());
          return { ...result, cpu };
        },
      });
    } finally {
      inspector?.close();
    }
  } finally {
    await load.ask({ do: 'close' });
    for (const node of nodes) await node.end();
  }
}

/** Two nodes whose way to their Redis a story can freeze: nothing passes any more, and neither side is told. */
import { TcpProxy } from '../../support/tcp-proxy.ts';
import { TwoProcesses, type TwoProcessesOptions } from '../../support/two-processes.ts';

/** Promise P6: within what time whatever takes a right away is in effect on every node. */
export const BOUND_MS = 1_000;
export const BOUND_WITHOUT_REDIS_MS = 5_000;

export interface CutOffNodes {
  readonly nodes: TwoProcesses;
  /** Does it while nothing passes between the nodes and Redis; resolves when they hear each other again. */
  readonly withRedisCutOff: (story: () => Promise<void>) => Promise<void>;
}

/** Starts both nodes behind that way; it ends with them. */
export async function nodesThatMayBeCutOff(
  environment: TwoProcessesOptions['environment'] = {},
): Promise<CutOffNodes> {
  let way: TcpProxy | undefined;
  const nodes = await TwoProcesses.start({
    environment,
    async beside({ url }) {
      const through = new URL(url);
      const proxy = await TcpProxy.to(Number(through.port));
      way = proxy;
      through.port = String(proxy.port);
      return { url: through.href, end: () => proxy.end() };
    },
  });
  return {
    nodes,
    async withRedisCutOff(story) {
      way?.freeze();
      try {
        await story();
      } finally {
        way?.thaw();
      }
      way?.cut(); // what was held back is from long ago
      await nodes.connected();
    },
  };
}

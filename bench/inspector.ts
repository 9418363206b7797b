/** What V8 can be asked from outside, alike of every system: to collect its garbage, and to say where its time goes. */
import { WebSocket } from 'ws';

/** A V8 CPU profile, as Profiler.stop gives it (Chrome DevTools Protocol, domain Profiler). */
export interface CpuProfile {
  readonly nodes: readonly {
    readonly id: number;
    readonly callFrame: { readonly functionName: string; readonly url: string };
  }[];
  /** The node that was on top at each sample, and the microseconds since the one before. */
  readonly samples: readonly number[];
  readonly timeDeltas: readonly number[];
}

export interface Inspector {
  collectGarbage(): Promise<void>;
  /** Bytes that V8 and what hangs on it hold. */
  held(): Promise<number>;
  startProfile(): Promise<void>;
  stopProfile(): Promise<CpuProfile>;
  close(): void;
}

/** How a process is started so that it can be asked. */
export const inspected = (port: number): string[] => [`--inspect=127.0.0.1:${port}`];

/** Microseconds between two samples: V8's own default is as long. */
const SAMPLE_US = 1_000;

interface Asked {
  readonly resolve: (value: unknown) => void;
  readonly reject: (why: Error) => void;
}

interface Reply {
  readonly id?: number;
  readonly result?: unknown;
  readonly error?: { readonly message: string };
}

/** Connects to a process that was started with `inspected(port)`. */
export async function inspect(port: number): Promise<Inspector> {
  const list = await fetch(`http://127.0.0.1:${port}/json/list`);
  const [target] = (await list.json()) as { webSocketDebuggerUrl: string }[];
  if (!target) throw new Error('there is nothing to inspect');
  const socket = new WebSocket(target.webSocketDebuggerUrl, { perMessageDeflate: false });
  const waiting = new Map<number, Asked>();
  const lost = (why: Error) => {
    for (const { reject } of waiting.values()) reject(why);
    waiting.clear();
  };
  await new Promise((resolve, reject) => {
    socket.once('open', resolve);
    socket.once('error', reject);
  });
  socket.on('error', lost);
  socket.on('close', () => lost(new Error('the inspected process went')));
  socket.on('message', (data: Buffer) => {
    const { id, result, error } = JSON.parse(data.toString()) as Reply;
    const asked = id === undefined ? undefined : waiting.get(id);
    if (!asked || id === undefined) return;
    waiting.delete(id);
    if (error) asked.reject(new Error(error.message));
    else asked.resolve(result);
  });
  let calls = 0;
  const ask = (method: string, params: object = {}) =>
    new Promise<unknown>((resolve, reject) => {
      const id = (calls += 1);
      waiting.set(id, { resolve, reject });
      socket.send(JSON.stringify({ id, method, params }));
    });
  return {
    async collectGarbage() {
      await ask('HeapProfiler.collectGarbage');
    },
    async held() {
      const expression = '((m) => m.heapUsed + m.external)(process.memoryUsage())'; // external counts array buffers
      const { result } = (await ask('Runtime.evaluate', { expression })) as {
        result: { value: number };
      };
      return result.value;
    },
    async startProfile() {
      await ask('Profiler.enable');
      await ask('Profiler.setSamplingInterval', { interval: SAMPLE_US });
      await ask('Profiler.start');
    },
    async stopProfile() {
      return ((await ask('Profiler.stop')) as { profile: CpuProfile }).profile;
    },
    close: () => socket.terminate(),
  };
}

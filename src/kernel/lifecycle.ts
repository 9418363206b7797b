/** Starts parts in order and stops them in the opposite one; a failed start stops all that was begun. */

export interface Part {
  readonly name: string;
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void> | void;
}

export interface Lifecycle {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/**
 * Each part is stopped once, even when another part's stop fails; the first failure is thrown at the end. A part
 * whose start failed is stopped too: half of it may be running. Who asks again meanwhile waits for the same end.
 */
export function lifecycle(parts: readonly Part[]): Lifecycle {
  const begun: Part[] = [];
  let stopping: Promise<void> | null = null;
  const stopAll = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let part = begun.pop(); part; part = begun.pop()) {
      try {
        await part.stop?.();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  const stop = (): Promise<void> => (stopping ??= stopAll().finally(() => (stopping = null)));
  const start = async (): Promise<void> => {
    for (const part of parts) {
      begun.push(part);
      try {
        await part.start?.();
      } catch (error) {
        await stop().catch(() => undefined);
        throw error;
      }
    }
  };
  return { start, stop };
}

/** Starts parts in order and stops them in the opposite one; a failed start stops what already ran. */

export interface Part {
  readonly name: string;
  readonly start?: () => Promise<void>;
  readonly stop?: () => Promise<void> | void;
}

export interface Lifecycle {
  readonly start: () => Promise<void>;
  readonly stop: () => Promise<void>;
}

/** Each part is stopped once, even when another part's stop fails; the first failure is thrown at the end. */
export function lifecycle(parts: readonly Part[]): Lifecycle {
  const running: Part[] = [];
  const stop = async (): Promise<void> => {
    const failures: unknown[] = [];
    for (let part = running.pop(); part; part = running.pop()) {
      try {
        await part.stop?.();
      } catch (error) {
        failures.push(error);
      }
    }
    if (failures.length > 0) throw failures[0];
  };
  const start = async (): Promise<void> => {
    for (const part of parts) {
      try {
        await part.start?.();
        running.push(part);
      } catch (error) {
        await stop().catch(() => undefined);
        throw error;
      }
    }
  };
  return { start, stop };
}

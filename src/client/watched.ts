/** Listeners that cannot disturb one another, and values that tell when they change. */
import type { Unlisten, Watched } from './api.ts';

export class Listeners<T> {
  readonly #listeners = new Set<{ readonly hear: (value: T) => void }>();
  readonly #failed: (error: unknown) => void;

  constructor(failed: (error: unknown) => void) {
    this.#failed = failed;
  }

  add(hear: (value: T) => void): Unlisten {
    const one = { hear };
    this.#listeners.add(one);
    return () => void this.#listeners.delete(one);
  }

  tell(value: T): void {
    for (const { hear } of [...this.#listeners]) {
      try {
        hear(value);
      } catch (error) {
        this.#failed(error);
      }
    }
  }
}

export class Value<T> implements Watched<T> {
  readonly #listeners: Listeners<T>;
  #value: T;

  constructor(value: T, failed: (error: unknown) => void) {
    this.#value = value;
    this.#listeners = new Listeners(failed);
  }

  get value(): T {
    return this.#value;
  }

  set(value: T): void {
    this.#value = value;
    this.#listeners.tell(value);
  }

  watch(listener: (value: T) => void): Unlisten {
    return this.#listeners.add(listener);
  }
}

/** Tells its listeners once for everything that changed in the same turn of the event loop. */
export class Changes {
  readonly #listeners: Listeners<undefined>;
  #told = true;

  constructor(failed: (error: unknown) => void) {
    this.#listeners = new Listeners(failed);
  }

  on(listener: () => void): Unlisten {
    return this.#listeners.add(listener);
  }

  changed(): void {
    if (!this.#told) return;
    this.#told = false;
    queueMicrotask(() => {
      this.#told = true;
      this.#listeners.tell(undefined);
    });
  }
}

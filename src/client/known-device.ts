/** What tells the server that an account was opened on this device before; without it everything works, only not always. */
import type { Storage } from './ports.ts';

interface Parts {
  readonly storage: Storage;
  /** Hears of a storage that does not work. */
  readonly failed: (error: unknown) => void;
}

const KEY = 'device';

export class KnownDevice {
  readonly #parts: Parts;

  constructor(parts: Parts) {
    this.#parts = parts;
  }

  /** As a part of what signs in; empty where nothing is kept. */
  async shown(): Promise<{ readonly deviceToken?: string }> {
    const { storage, failed } = this.#parts;
    try {
      const deviceToken = await storage.read(KEY);
      return deviceToken === null ? {} : { deviceToken };
    } catch (error) {
      failed(error);
      return {};
    }
  }

  /** That of the account which was opened last. */
  keep(deviceToken: string): Promise<void> {
    const { storage, failed } = this.#parts;
    return storage.write(KEY, deviceToken).catch(failed);
  }
}

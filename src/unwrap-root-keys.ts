/** Root keys that stand wrapped in the settings are unwrapped once, before anything starts; without the service nothing does. */
import type { Config } from './config.ts';
import { isWrapped } from './config-kms.ts';
import { KEY_BYTES } from './crypto/index.ts';
import { Secret } from './kernel/index.ts';
import { KmsError, transit } from './platform/kms/transit.ts';

export { KmsError } from './platform/kms/transit.ts';

/** The same settings with every root key as it is used. Throws KmsError. */
export async function unwrapped(config: Config): Promise<Config> {
  if (config.kms === null) return config;
  const kms = transit(config.kms);
  const { current, keys } = config.keys.root.reveal();
  const opened: [string, string][] = [];
  for (const [name, key] of Object.entries(keys)) {
    if (!isWrapped(key)) {
      opened.push([name, key]);
      continue;
    }
    const bytes = await kms.unwrap(key);
    if (bytes.length !== KEY_BYTES)
      throw new KmsError(`unwrapped root key ${JSON.stringify(name)} to something that is no key.`);
    opened.push([name, bytes.toString('base64')]);
  }
  const root = new Secret({ current, keys: Object.fromEntries(opened) });
  return { ...config, keys: { ...config.keys, root } };
}

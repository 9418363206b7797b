/** The settings of the server, read whole and with root keys that are open, or a failure that says what is missing. */
import { ConfigError, readConfig, type Config } from '../config.ts';
import { KmsError, unwrapped } from '../unwrap-root-keys.ts';
import { serverSettings, type Whereabouts } from './server-settings.ts';

/** Makes the error for whoever asked, who knows how it is shown and what the process ends with. */
export type Fail = (
  kind: 'usage' | 'refused' | 'unreachable' | 'local',
  code: string,
  sentence: string,
) => Error;

/** Refuses `no_settings`, `bad_settings` and `kms_failed`. */
export function configOf(options: Whereabouts & { readonly fail: Fail }): Promise<Config> {
  return unwrapped(read(options)).catch((error: unknown) => {
    if (!(error instanceof KmsError)) throw error;
    throw options.fail('unreachable', 'kms_failed', error.message);
  });
}

function read(options: Whereabouts & { readonly fail: Fail }): Config {
  const { fail } = options;
  try {
    const settings = serverSettings(options);
    if (settings) return readConfig(settings);
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    const intro = error instanceof ConfigError ? 'The settings of the server are not whole:\n' : '';
    throw fail('local', 'bad_settings', `${intro}${error.message}`);
  }
  throw fail(
    'local',
    'no_settings',
    'This needs the settings of the server, and none runs in this folder. Start it here with npm start, or set what the server has set: DATABASE_APP_URL (or DATABASE_URL and DATABASE_APP_PASSWORD), REDIS_URL, CONCLAVE_ROOT_KEYS_FILE, CONCLAVE_PEPPERS_FILE, CONCLAVE_DIGEST_KEYS_FILE and CONCLAVE_SIGNING_KEYS_FILE.',
  );
}

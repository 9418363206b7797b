/** What the settings say of the service that unwraps root keys fits together, or stops the start. */
import { isOnThisMachine } from './config-tls.ts';
import { Secret } from './kernel/index.ts';
import type { Settings } from './settings.ts';

/** Whether a key of the ring stands there as the transit engine of Vault wrapped it. */
export function isWrapped(key: string): boolean {
  return key.startsWith('vault:v');
}

/** Which service unwraps root keys; null where they are given as they are. `problem` hears what does not fit together. */
export function kmsOf(settings: Settings, problem: (text: string) => void) {
  const { KMS_URL, KMS_KEY, KMS_TOKEN, KMS_CA, KMS_TIMEOUT_MS, CONCLAVE_ROOT_KEYS } = settings;
  const anyWrapped = Object.values(CONCLAVE_ROOT_KEYS.keys).some(isWrapped);
  if (KMS_URL === undefined) {
    if (anyWrapped) problem('CONCLAVE_ROOT_KEYS has wrapped keys. Set KMS_URL and KMS_TOKEN_FILE.');
    return null;
  }
  if (KMS_TOKEN === undefined) {
    problem('KMS_TOKEN_FILE must be set with KMS_URL.');
    return null;
  }
  if (!KMS_URL.startsWith('https:') && !isOnThisMachine(KMS_URL)) {
    problem('KMS_URL must begin with https: unless the service is on this machine.');
    return null;
  }
  const token = new Secret(KMS_TOKEN);
  return { url: KMS_URL, key: KMS_KEY, token, ca: KMS_CA, timeoutMs: KMS_TIMEOUT_MS };
}

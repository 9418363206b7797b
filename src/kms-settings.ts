/** The settings of who unwraps the first of all keys. */
import { z } from 'zod';
import { certificates, count } from './setting-shapes.ts';
import type { Setting } from './settings.ts';

export const KMS_SETTINGS = {
  KMS_URL: {
    schema: z.url({ protocol: /^https?$/ }).refine(isBare, 'an address without a user or options'),
    about:
      'Key management service that unwraps the keys of CONCLAVE_ROOT_KEYS at the start, in the shape of the transit engine of Vault: where that is mounted, https://vault.example.org:8200/v1/transit. Without an answer the server does not start; it asks nothing later.',
    allowed: 'an https URL; http only on this machine',
    optional: true,
  },
  KMS_KEY: {
    schema: z.string().regex(/^[\w.-]{1,100}$/),
    about: 'Name of the wrapping key there.',
    allowed: '1-100 letters, digits, dots, dashes and underscores',
    standard: 'conclave',
  },
  KMS_TOKEN: {
    schema: z.string().regex(/^[\x21-\x7e]{8,4096}$/),
    about:
      'What the service knows this server by (X-Vault-Token). It needs the right to decrypt with that key, and no other.',
    allowed: '8-4096 characters without spaces',
    secret: true,
    ownerAlone: true,
    optional: true,
  },
  KMS_CA: {
    schema: certificates,
    about: 'Authorities that may vouch for the service, where it is not one that Node knows.',
    allowed: 'certificates in PEM',
    fromFile: true,
    optional: true,
  },
  KMS_TIMEOUT_MS: {
    schema: count(100, 60_000),
    about: 'How long the server waits for one answer of the service.',
    allowed: '100-60000',
    standard: '5000',
  },
} as const satisfies Record<string, Setting>;

function isBare(text: string): boolean {
  if (!URL.canParse(text)) return false; // it is asked although the shape has failed
  const { username, password, search, hash } = new URL(text);
  return username + password + search + hash === '';
}

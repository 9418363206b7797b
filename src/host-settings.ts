/** The settings of the names under which a server is reached, and of who adds workspaces to it. */
import { z } from 'zod';
import { hosts } from './setting-shapes.ts';

export const HOST_SETTINGS = {
  ALLOWED_HOSTS: {
    schema: hosts,
    about:
      'Hosts that clients may ask for, besides that of PUBLIC_URL and those of the workspaces. Proxies must pass Host on. Not set, production takes those alone and development takes any.',
    allowed: 'hosts without ports, separated by commas',
    standard: '',
  },
  OPERATOR_TOKEN: {
    schema: z
      .base64url()
      .min(43)
      .max(500)
      .refine((text) => new Set(text).size >= 16, 'random, and not the same again and again'),
    about:
      'Whoever shows it makes workspaces over HTTP (`workspace.create`), as `conclave admin create-workspace` does. Not set, nobody does.',
    allowed: 'at least 32 random bytes in base64url',
    secret: true,
    ownerAlone: true,
    optional: true,
  },
} as const;

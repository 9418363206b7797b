/** The settings of the names under which a server is reached. */
import { hosts } from './setting-shapes.ts';

export const HOST_SETTINGS = {
  ALLOWED_HOSTS: {
    schema: hosts,
    about:
      'Hosts that clients may ask for, besides that of PUBLIC_URL and those of the workspaces. Proxies must pass Host on. Not set, production takes those alone and development takes any.',
    allowed: 'hosts without ports, separated by commas',
    standard: '',
  },
} as const;

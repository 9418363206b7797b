/** Addresses of servers: written as people write them, kept in one form, and never one that gives a password away. */
import { misused } from './failure.ts';

/** Where `npm start` puts a server. */
export const USUAL_SERVER = 'http://127.0.0.1:3000';

/**
 * The origin, e.g. `https://chat.example.org`. Without a scheme it is https, and http on this machine. Throws Failure
 * for what is no address of a server, or holds a name and password.
 */
export function serverAddress(text: string): string {
  const given = text.trim();
  const url = parsed(
    /^[a-z][a-z0-9+.-]*:\/\//i.test(given) ? given : `${schemeFor(given)}//${given}`,
  );
  if (!url || !['http:', 'https:'].includes(url.protocol))
    throw misused('A server is written like https://chat.example.org.');
  if (url.username !== '' || url.password !== '')
    throw misused('The address of a server holds no name and no password.');
  if (url.pathname !== '/' || url.search !== '' || url.hash !== '')
    throw misused('The address of a server ends with its name or its port.');
  return url.origin;
}

/** Whether what is said to this server can be read on the way: http, and not to this machine. */
export function isInTheClear(address: string): boolean {
  const { protocol, hostname } = new URL(address);
  return protocol === 'http:' && !isLoopback(hostname);
}

function isLoopback(hostname: string): boolean {
  return hostname === 'localhost' || hostname === '[::1]' || /^127(\.\d+){3}$/.test(hostname);
}

function schemeFor(given: string): string {
  const url = parsed(`http://${given}`);
  return url && isLoopback(url.hostname) ? 'http:' : 'https:';
}

function parsed(text: string): URL | null {
  try {
    return new URL(text);
  } catch {
    return null;
  }
}

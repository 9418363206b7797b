/** Under which logins the server, its jobs and its owner reach one database: each by its own, derived from one address. */
import { ConfigError } from './config-error.ts';
import { Secret } from './kernel/index.ts';
import type { Settings } from './settings.ts';

/** The login that owns the tables, where these settings know it, and the password that migrating gives the server's. */
export function ownerOf(settings: Settings) {
  const { DATABASE_URL, DATABASE_APP_PASSWORD } = settings;
  if (DATABASE_URL === undefined) return null;
  const password =
    DATABASE_APP_PASSWORD ?? decodeURIComponent(new URL(databaseUrl(settings)).password);
  return { url: new Secret(DATABASE_URL), appPassword: new Secret(password) };
}

/** The server's own login: given, or that of DATABASE_URL's database with the password the migration gave it. */
export function databaseUrl(settings: Settings): string {
  const { DATABASE_URL, DATABASE_APP_PASSWORD, DATABASE_APP_URL } = settings;
  if (DATABASE_APP_URL !== undefined) return DATABASE_APP_URL;
  if (DATABASE_URL === undefined || DATABASE_APP_PASSWORD === undefined)
    throw new ConfigError(['Set DATABASE_APP_URL, or DATABASE_URL and DATABASE_APP_PASSWORD.']);
  return appUrl(DATABASE_URL, DATABASE_APP_PASSWORD);
}

/** The server's login for a database: roles belong to the whole cluster, so each database has its own. */
export function appLogin(url: string): string {
  return `conclave_app_${new URL(url).pathname.slice(1)}`;
}

/** The login of the job queue, which is all that it reaches. */
export function jobsLogin(url: string): string {
  return `conclave_jobs_${new URL(url).pathname.slice(1)}`;
}

/** The address of the queue: the server's own, with that login and the same password. */
export function jobsUrl(url: string): string {
  const jobs = new URL(url);
  jobs.username = jobsLogin(url);
  return jobs.href;
}

/** The address under which the server itself connects: the owner's, with the login that owns nothing. */
export function appUrl(url: string, appPassword: string): string {
  const app = new URL(url);
  app.username = appLogin(url);
  app.password = appPassword;
  return app.href;
}

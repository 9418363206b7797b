/** What production demands of the settings: the server's own refusals, asked for in advance, and what they leave open. */
import { ConfigError, readConfig, type Config, type Environment } from '../../config.ts';
import { failed, ok, warning, type Finding } from './finding.ts';

/** `embedded` are the settings that a start in this folder made itself. Throws where not even a try-out would start. */
export function judgeProduction(
  settings: Environment,
  embedded: readonly string[],
): readonly Finding[] {
  const given = { ...settings, NODE_ENV: 'production' };
  const refusals = refusalsOf(given);
  const refused = refusals.map((problem) =>
    failed('production', 'the server would not start', problem),
  );
  const config = readConfig(refusals.length > 0 ? { ...settings, NODE_ENV: '' } : given);
  return [
    settings['NODE_ENV'] === 'production'
      ? ok('production', 'NODE_ENV is production')
      : failed('production', 'NODE_ENV is not production', 'Set NODE_ENV to production.'),
    ...refused,
    judgeServices(embedded),
    judgePublicUrl(settings),
    judgeOrigins(config),
    judgeProxies(config),
    judgeMail(config),
    judgeLog(config),
    judgeLogin(settings),
  ];
}

function refusalsOf(settings: Environment): readonly string[] {
  try {
    readConfig(settings);
    return [];
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    return error.problems;
  }
}

function judgeServices(embedded: readonly string[]): Finding {
  if (embedded.length === 0) return ok('services', 'Postgres and Redis are not embedded ones');
  return failed(
    'services',
    `embedded, for trying Conclave out: ${embedded.join(', ')}`,
    'Run Postgres and Redis of your own and name them in the settings.',
  );
}

function judgePublicUrl({ PUBLIC_URL }: Environment): Finding {
  if (PUBLIC_URL) return ok('public-url', PUBLIC_URL);
  const advice = 'Set PUBLIC_URL: tokens name it as who issued them.';
  return failed('public-url', 'it is the address that the server listens on', advice);
}

function judgeOrigins({ allowedOrigins }: Config): Finding {
  const open = [...allowedOrigins].filter((origin) => !origin.startsWith('https:'));
  if (open.length > 0)
    return failed(
      'origins',
      `pages that travel in the clear may connect: ${open.join(', ')}`,
      'Name only https origins in PUBLIC_URL and ALLOWED_ORIGINS.',
    );
  return ok('origins', `pages of ${[...allowedOrigins].join(', ')} may connect`);
}

function judgeProxies({ listen, trustedProxies }: Config): Finding {
  if (trustedProxies.length > 0) return ok('proxies', `believed: ${trustedProxies.join(', ')}`);
  if (listen.tls) return ok('proxies', 'none: TLS ends here');
  return failed(
    'proxies',
    'none, and TLS does not end here: all clients would be one address to limits and audit',
    'Name the proxy in TRUSTED_PROXIES.',
  );
}

function judgeMail({ mail }: Config): Finding {
  if (mail?.by === 'smtp') return ok('mail', 'by SMTP, over TLS');
  return failed(
    'mail',
    mail ? 'to a folder' : 'none is sent: nobody can reset a password',
    'Set SMTP_URL and MAIL_FROM.',
  );
}

function judgeLog({ logLevel }: Config): Finding {
  if (logLevel === 'debug')
    return failed('log-level', 'debug writes a line for every call', 'Set LOG_LEVEL to info.');
  if (logLevel === 'error')
    return warning('log-level', 'error hides warnings', 'Set LOG_LEVEL to info or warn.');
  return ok('log-level', logLevel);
}

function judgeLogin(settings: Environment): Finding {
  if (!settings['DATABASE_URL'] && !settings['DATABASE_URL_FILE'])
    return ok('database-login', 'the server knows only the login that owns nothing');
  return warning(
    'database-login',
    'the server knows a login that may migrate',
    'Give DATABASE_URL to npm run migrate alone, and DATABASE_APP_URL to the server.',
  );
}

/** The process: configuration, then the app, then signals; the only place that ends it. */
import { createApp } from './app.ts';
import { KmsError, unwrapped } from './unwrap-root-keys.ts';
import { ConfigError, readConfig, type Config } from './config.ts';
import { createLog } from './platform/log.ts';

/** How long stopping may take before the process ends anyway. */
const STOP_MS = 10_000;

const config = await configured();
const log = createLog(config.logLevel);
const app = createApp({ config, log });

process.once('SIGTERM', () => void stop(0));
process.once('SIGINT', () => void stop(0));
process.once('disconnect', () => void stop(0)); // whoever started us is gone
process.on('SIGHUP', renew);
process.on('uncaughtException', (error) => {
  log.error('uncaught', { cause: error });
  void stop(1);
});

// What it remembers is of another database. Whoever keeps it running starts a new one, which goes by the ledger first.
void app.outlived.then((why) => {
  log.error('the server ends', { cause: why });
  return stop(1);
});

try {
  await app.start();
  const { setupCode } = await app.auth.ensureFirstWorkspace();
  announce(setupCode);
} catch (error) {
  log.error('start failed', { cause: error });
  await stop(1);
}

/** To whoever started us, or to the terminal; never to the log. */
function announce(setupCode: string | null): void {
  const { host } = config.listen;
  const scheme = config.listen.tls ? 'https' : 'http';
  const address = `${scheme}://${host.includes(':') ? `[${host}]` : host}:${app.port()}`;
  if (process.send) {
    process.send({ kind: 'ready', address, ...(setupCode !== null && { setupCode }) });
    return;
  }
  process.stdout.write(`Conclave is listening at ${address}\n`);
  if (setupCode !== null)
    process.stdout.write(`Set-up code for the first admin, valid once: ${setupCode}\n`);
}

/** Certificates are renewed every few weeks; whoever is connected stays so. A bad one changes nothing. */
function renew(): void {
  try {
    const { tls } = readConfig(process.env).listen;
    if (tls === null) return;
    app.renew(tls);
    log.info('certificate renewed');
  } catch (error) {
    log.error('certificate not renewed', { cause: error });
  }
}

async function configured(): Promise<Config> {
  try {
    return await unwrapped(readConfig(process.env));
  } catch (error) {
    if (!(error instanceof ConfigError || error instanceof KmsError)) throw error;
    process.stderr.write(`Conclave cannot start:\n${error.message}\n`);
    process.exit(1);
  }
}

async function stop(code: number): Promise<void> {
  const overdue = setTimeout(() => process.exit(1), STOP_MS);
  overdue.unref();
  try {
    await app.stop();
  } catch (error) {
    log.error('stop failed', { cause: error });
    code = 1;
  }
  process.exit(code);
}

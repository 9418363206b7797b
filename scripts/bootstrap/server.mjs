/** The server starts on a database that is up to date, and tells the person where it is once it answers. */
import { StartError } from './say.mjs';

/** `quiet` shows what the migration says only when it fails. */
export async function migrate({ root, house, quiet = false }) {
  const shown = quiet ? 'pipe' : 'inherit';
  const args = ['--import=tsx', 'scripts/migrate.ts'];
  const { code, output } = await house.children.run('migrate', process.execPath, args, {
    cwd: root,
    env: house.env,
    stdio: ['ignore', shown, shown],
  });
  if (code === 0) return;
  throw new StartError(
    `${output}The database could not be brought up to date; the reason is above. Nothing else was started.`,
  );
}

/** `ended` gives an error when the server ends by itself in any way but a good one. */
export function startServer({ root, house, say }) {
  const child = house.children.start(
    'server',
    process.execPath,
    ['--enable-source-maps', 'dist/main.js'],
    {
      cwd: root,
      env: house.env,
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  child.process.on('message', (message) => {
    if (message?.kind === 'ready') say(banner(message, house));
  });
  return {
    ended: child.exited.then(({ code, cause, error }) => {
      if (code === 0) return undefined;
      const how = error?.message ?? cause ?? `exit code ${code}`;
      return new StartError(`The server ended unexpectedly (${how}).`);
    }),
  };
}

function banner({ address, setupCode }, { services: { postgres, redis, mail }, joined }) {
  return [
    '',
    `  Conclave is running at ${address}`,
    ...(setupCode ? [`  One-time set-up code for the first admin: ${setupCode}`] : []),
    ...(postgres
      ? [
          `  Database: embedded Postgres ${postgres.version.split('-')[0]}, data in ${postgres.data}`,
        ]
      : []),
    ...(redis ? [`  ${redisLine(redis)}`] : []),
    ...(mail ? [`  Mail: not sent, but written to ${mail.folder} (SMTP_URL sends it)`] : []),
    joined
      ? '  Joined the start in this folder. Ctrl-C stops this node only.'
      : '  Ctrl-C stops everything.',
    '',
  ].join('\n');
}

function redisLine({ program, installed }) {
  return installed
    ? `Redis: ${program}, started for this server; it keeps nothing when stopped`
    : 'Redis: embedded Valkey, for evaluation only; it keeps nothing when stopped';
}

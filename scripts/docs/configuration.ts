/** The configuration page and .env.example, from the settings that the server reads. */
import { SETTINGS, type Setting } from '../../src/settings.ts';

const settings = Object.entries<Setting>(SETTINGS);

export function configurationPage(): string {
  const rows = settings.map(([name, { about, allowed, standard, secret, fromFile, optional }]) => {
    const fallback = standard ?? (optional ? 'not set' : '**needed**');
    const variable = (secret ?? fromFile) ? `\`${name}\`, \`${name}_FILE\`` : `\`${name}\``;
    return `| ${variable} | ${about} | ${allowed} | ${fallback === '' ? 'none' : fallback} |`;
  });
  return [
    '# Configuration',
    'Made from `src/settings.ts` by `npm run docs`. Everything is read once, before anything starts; a bad value',
    'stops the start and is named. `npm start` sets what is **needed** by itself, outside of production. A variable',
    'that ends in `_FILE` names a file with the value, as Docker and Kubernetes hand secrets out.',
    '',
    '| variable | meaning | allowed | when not set |',
    '|---|---|---|---|',
    ...rows,
    '',
  ].join('\n');
}

export function environmentExample(): string {
  const lines = settings.flatMap(([name, { about, allowed, standard, secret, fromFile }]) => [
    `# ${about}`,
    `# Allowed: ${allowed}.${(secret ?? fromFile) ? ` Or name a file in ${name}_FILE.` : ''}`,
    `#${name}=${standard ?? ''}`,
    '',
  ]);
  return ['# Copy to .env and uncomment what you change. Made by npm run docs.', '', ...lines].join(
    '\n',
  );
}

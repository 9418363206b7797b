/** The page of the conclave command, from what commander itself knows of it. */
import type { Command as Commander } from 'commander';
import { COMMANDS } from '../../src/cli/commands/index.ts';
import { EXITS } from '../../src/cli/failure.ts';
import { createProgram } from '../../src/cli/program.ts';

const program = createProgram('', () => undefined);

export function commandsPage(): string {
  return [
    '# The conclave command',
    '',
    'Made from the declarations in `src/cli/commands` by `npm run docs`. [terminal.md](../terminal.md) tells how it is',
    'used.',
    '',
    'With every command:',
    '',
    ...optionsOf(program, ['--version', '--help']),
    '',
    ...program.commands
      .flatMap((one) => (one.commands.length > 0 ? one.commands : [one]))
      .flatMap(section),
    '## Exit codes',
    '',
    'Errors are one sentence on standard error; with `--json` an object `{ "error": { "code", "message", … } }`, whose',
    '`code` is one of the [refusals](refusals.md) and [closures](closures.md), or one of this side. A signal ends the',
    'command as it does any program (130 for Ctrl-C).',
    '',
    '| code | meaning |',
    '|---|---|',
    ...Object.values(EXITS).map(({ code, about }) => `| ${code} | ${about} |`),
    '',
  ].join('\n');
}

function section(command: Commander): string[] {
  const above = command.parent === program ? [] : [command.parent?.name() ?? ''];
  const name = [...above, command.name()].join(' ');
  const calls = COMMANDS.find((one) => one.name === name)?.calls ?? [];
  const words = command.registeredArguments.map((one) => {
    const shown = `${one.name()}${one.variadic ? '...' : ''}`;
    return { usage: one.required ? `<${shown}>` : `[${shown}]`, about: one.description };
  });
  return [
    `## conclave ${name}`,
    '',
    command.description(),
    '',
    `\`conclave ${[name, ...words.map(({ usage }) => usage)].join(' ')}\``,
    '',
    ...words.map(({ usage, about }) => `- \`${usage}\`: ${about}`),
    ...optionsOf(command, ['--help']),
    '',
    calls.length === 0
      ? above.length > 0
        ? 'Calls nothing: it reads the settings of the server and works in its database.'
        : 'Calls nothing.'
      : `Calls ${calls.map((name) => `\`${name}\``).join(', ')}.`,
    '',
  ];
}

function optionsOf(command: Commander, leaveOut: readonly string[]): string[] {
  return command.options
    .filter(({ long }) => !leaveOut.includes(long ?? ''))
    .map(({ flags, description, argChoices }) => {
      const choices = argChoices
        ? ` One of ${argChoices.map((one) => `\`${one}\``).join(', ')}.`
        : '';
      return `- \`${flags}\`: ${description}${choices}`;
    });
}

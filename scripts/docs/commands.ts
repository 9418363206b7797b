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
    ...program.commands.flatMap(section),
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
  const calls = COMMANDS.find(({ name }) => name === command.name())?.calls ?? [];
  const words = command.registeredArguments.map((one) => {
    const name = `${one.name()}${one.variadic ? '...' : ''}`;
    return { usage: one.required ? `<${name}>` : `[${name}]`, about: one.description };
  });
  return [
    `## conclave ${command.name()}`,
    '',
    command.description(),
    '',
    `\`conclave ${[command.name(), ...words.map(({ usage }) => usage)].join(' ')}\``,
    '',
    ...words.map(({ usage, about }) => `- \`${usage}\`: ${about}`),
    ...optionsOf(command, ['--help']),
    '',
    calls.length === 0
      ? 'Calls nothing.'
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

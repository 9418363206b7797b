/** The words of a command line, read by commander from the declarations; nothing is carried out here. */
import { Command as Commander, CommanderError, Option as CommanderOption } from 'commander';
import type { Command } from './command.ts';
import { COMMANDS, GROUPS } from './commands/index.ts';
import type { Everywhere } from './desk.ts';
import { EXITS, misused } from './failure.ts';
import { printable } from './printable.ts';

/** What was asked for: a command with what was given to it, or a text to be shown, e.g. the help. */
export type Asked =
  | {
      readonly command: Command;
      readonly given: Readonly<Record<string, unknown>>;
      readonly everywhere: Everywhere;
    }
  | { readonly shown: string };

interface Found {
  command: Command;
  commander: Commander;
}

/** Throws Failure `usage` when the words are wrong. */
export function asked(words: readonly string[], version: string): Asked {
  const told = { out: '', err: '' };
  const found: { it: Found | null } = { it: null };
  const program = createProgram(version, (it) => (found.it = it));
  for (const one of everyOne(program))
    one.configureOutput({
      writeOut: (text) => (told.out += text),
      writeErr: (text) => (told.err += text),
    });
  try {
    program.parse(words, { from: 'user' });
  } catch (error) {
    if (!(error instanceof CommanderError)) throw error;
    if (error.exitCode === 0) return { shown: told.out.trimEnd() };
    throw misused(printable(told.err.trim().replace(/^error: /, ''), { newlines: 'keep' }));
  }
  if (!found.it) throw misused('There is no such command. conclave --help lists them all.');
  const { command, commander } = found.it;
  return { command, given: givenTo(command, commander), everywhere: everywhereOf(commander) };
}

/** The whole of it, as the help and the reference show it. */
export function createProgram(version: string, found: (it: Found) => void): Commander {
  const program = new Commander('conclave')
    .description('Talk on a Conclave server. Without a command it opens the chat.')
    .version(version, '--version', 'Print the version.')
    .helpOption('--help', 'Print the help.')
    .option('--server <URL>', 'The server; the one used last if it is left out.')
    .option('--profile <NAME>', 'Whose session and files: for several people on one machine.')
    .option('--json', 'One JSON object per line, for programs.')
    .exitOverride()
    .addHelpText('after', exitsText);
  for (const command of COMMANDS) {
    const isDefault = command.name === 'chat';
    const [first = '', second] = command.name.split(' ');
    const above = second === undefined ? program : groupOf(program, first);
    const one = above.command(second ?? first, { isDefault }).description(command.summary);
    one.helpOption('--help', 'Print the help.');
    for (const { syntax, about } of Object.values(command.arguments)) one.argument(syntax, about);
    for (const { syntax, about, choices } of Object.values(command.options)) {
      const option = new CommanderOption(syntax, about);
      one.addOption(choices ? option.choices(choices) : option);
    }
    // Commands of two words take this over from their group: a word too many must not pass for what it says.
    one.allowExcessArguments(isDefault);
    one.action(() => {
      if (isDefault && one.args.length > 0) throw unknownCommand(one.args[0] ?? '');
      found({ command, commander: one });
    });
  }
  return program;
}

/** Commands of two words are listed under the first. */
function groupOf(program: Commander, name: string): Commander {
  const known = program.commands.find((one) => one.name() === name);
  if (known) return known;
  const about = GROUPS[name] ?? '';
  const group = program.command(name).description(about).helpOption('--help', 'Print the help.');
  return group.allowExcessArguments().action(() => {
    throw unknownCommand([name, ...group.args].join(' '));
  });
}

function everyOne(one: Commander): Commander[] {
  return [one, ...one.commands.flatMap(everyOne)];
}

function unknownCommand(name: string) {
  const [, second] = name.split(' ');
  const alike =
    second === undefined ? name.slice(0, 2) : name.slice(0, name.length - second.length + 2);
  const close = COMMANDS.filter((command) => command.name.startsWith(alike));
  const hint = close.map((command) => command.name).join(' or ');
  return misused(
    `There is no command “${printable(name)}”. ${hint ? `Was it ${hint}?` : 'conclave --help lists them all.'}`,
  );
}

/** What commander found, read as the declarations say. */
function givenTo(command: Command, commander: Commander): Record<string, unknown> {
  const given: Record<string, unknown> = {};
  Object.entries(command.arguments).forEach(([name, { read }], place) => {
    given[name] = read(commander.processedArgs[place]);
  });
  const options = commander.opts<Record<string, unknown>>();
  for (const [name, { read }] of Object.entries(command.options)) given[name] = read(options[name]);
  return given;
}

function everywhereOf(commander: Commander): Everywhere {
  const options = commander.optsWithGlobals<Partial<Everywhere>>();
  return { server: options.server, profile: options.profile, json: options.json === true };
}

function exitsText(): string {
  const lines = Object.values(EXITS).map(
    ({ code, about }) => `  ${String(code).padEnd(3)} ${about}`,
  );
  return ['', 'Exit codes:', ...lines].join('\n');
}

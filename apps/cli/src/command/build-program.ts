import { Command, Option } from 'commander';
import type { CliIo } from '../io.ts';
import { isGroup } from './command.ts';
import type { CommandDefinition, CommandGroup, CommandNode } from './command.ts';
import type { Flag } from './flag.ts';
import type { Registered } from './flags.ts';
import { anyOutput, globalFlags, outputOf } from './global-flags.ts';
import { defaultFormats } from '../output/output.ts';

/** A command that was typed. */
export interface Invocation {
  readonly definition: CommandDefinition;
  readonly command: Command;
  readonly output: Flag<string>;
  readonly registered: Registered;
}

/** The tree of commands as a parser; `execute` is called with the one that was typed. */
export function buildProgram(
  root: CommandGroup,
  io: Pick<CliIo, 'stdout' | 'stderr'>,
  execute: (invocation: Invocation) => Promise<void>,
): Command {
  const registered: Registered = new WeakMap();

  function addGroup(command: Command, group: CommandGroup, isRoot: boolean): void {
    command.description(group.about);
    register(
      command,
      [...globalFlags, anyOutput].map((flag) => (isRoot ? flag : { ...flag, hidden: true })),
    );
    for (const node of group.commands) add(command, node);
  }

  function add(parent: Command, node: CommandNode): void {
    const command = parent.command(node.name);
    if (isGroup(node)) addGroup(command, node, false);
    else addLeaf(command, node);
  }

  function addLeaf(command: Command, definition: CommandDefinition): void {
    const { about, details, examples = [], args, flags = [], formats = defaultFormats } = definition;
    const output = outputOf(formats);
    command.summary(about).description(details === undefined ? about : `${about}\n\n${details}`);
    if (args !== undefined) command.arguments(args);
    if (examples.length > 0) {
      command.addHelpText('after', `\nExamples:\n${examples.map((line) => `  $ strm ${line}`).join('\n')}`);
    }
    const own = [...flags, ...(formats.length > 0 ? [output] : [])];
    register(command, [...own, ...globalFlags.filter(({ name }) => own.every((flag) => flag.name !== name))]);
    command.action(() => execute({ definition, command, output, registered }));
  }

  function register(command: Command, flags: readonly Flag<unknown>[]): void {
    registered.set(command, flags);
    for (const flag of flags) for (const option of optionsOf(flag)) command.addOption(option);
  }

  const program = new Command(root.name)
    .exitOverride()
    .enablePositionalOptions()
    .configureHelp({ subcommandTerm: (command) => [command.name(), argumentsOf(command)].join(' ').trim() })
    .showHelpAfterError('Try --help after the command.')
    .configureOutput({
      writeOut: (text) => io.stdout.write(text),
      writeErr: (text) => io.stderr.write(text),
    });
  addGroup(program, root, true);
  return program;
}

const argumentsOf = (command: Command): string =>
  command.registeredArguments
    .map((argument) => {
      const name = `${argument.name()}${argument.variadic ? '...' : ''}`;
      return argument.required ? `<${name}>` : `[${name}]`;
    })
    .join(' ');

function optionsOf(flag: Flag<unknown>): readonly Option[] {
  const notes = [
    ...(flag.choices === undefined ? [] : [`one of ${flag.choices.join(', ')}`]),
    ...(flag.fallback === undefined || flag.fallback === '' ? [] : [`default: ${flag.fallback}`]),
  ];
  const about = notes.length === 0 ? flag.about : `${flag.about} (${notes.join('; ')})`;
  const option = new Option(flag.spec, about).hideHelp(flag.hidden);
  if (globalFlags.includes(flag)) option.helpGroup('Global options:');
  if (flag.isSwitch) return [option, new Option(`--no-${flag.name}`).hideHelp()];
  return [option.argParser((value: string, before?: readonly string[]) => [...(before ?? []), value])];
}

/** `--save=false` as commander knows it, for flags that are switches wherever they occur. */
export function normalizeSwitches(root: CommandGroup, argv: readonly string[]): readonly string[] {
  const flags = allFlags(root);
  const valued = new Set(flags.filter(({ isSwitch }) => !isSwitch).map(({ name }) => name));
  const switches = new Set(flags.filter(({ name }) => !valued.has(name)).map(({ name }) => name));
  const end = argv.indexOf('--');
  return argv.map((word, index) => {
    const match = /^--([a-z0-9-]+)=(true|false)$/.exec(word);
    const [, name = '', value] = match ?? [];
    if (!switches.has(name) || (end >= 0 && index > end)) return word;
    return value === 'true' ? `--${name}` : `--no-${name}`;
  });
}

const allFlags = (node: CommandNode): readonly Flag<unknown>[] =>
  isGroup(node) ? [...globalFlags, ...node.commands.flatMap(allFlags)] : (node.flags ?? []);

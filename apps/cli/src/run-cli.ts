import { CommanderError } from 'commander';
import type { Command } from 'commander';
import { describeError } from './api/describe-error.ts';
import { buildProgram, normalizeSwitches } from './command/build-program.ts';
import type { Invocation } from './command/build-program.ts';
import type { LocalContext } from './command/command.ts';
import { inProject, withAccount } from './command/contexts.ts';
import { createFlags, typedOn } from './command/flags.ts';
import { commands } from './commands.ts';
import { completeWords, completionCommand } from './completion/complete-words.ts';
import { configPath, openConfigFolder } from './config/config-folder.ts';
import { appendLog } from './config/log-file.ts';
import type { CliIo } from './io.ts';
import type { Output } from './output/output.ts';

/** What shells call a program that was interrupted. */
const stopped = 130;

/**
 * Runs one command of `strm` and resolves with the exit code; everything that it says goes to `io`.
 * @param argv what was typed after `strm`
 */
export async function runCli(argv: readonly string[], io: CliIo): Promise<number> {
  if (argv[0] === completionCommand) return completeWords(argv.slice(1), io);
  const program = buildProgram(commands, io, (invocation) => execute(invocation, io));
  try {
    await program.parseAsync(normalizeSwitches(commands, argv), { from: 'user' });
    return 0;
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode;
    if (io.signal.aborted) return stopped;
    io.stderr.write(`${describeError(error).text}\n`);
    return 1;
  }
}

async function execute({ definition, command, output, registered }: Invocation, io: CliIo): Promise<void> {
  const folder = await openConfigFolder(configPath(io));
  const flags = createFlags(typedOn(command, registered), { env: io.env, settings: folder.settings });
  for (const flag of registered.get(command) ?? []) flags.get(flag);
  const format = definition.formats?.length === 0 ? 'none' : flags.get(output);
  const formatGiven = flags.given(output);
  const context: LocalContext = { io, flags, args: command.args, format, formatGiven, folder };

  const log: string[] = [];
  const note = (text: string): void => {
    log.push(`${new Date(io.clock.now()).toISOString()} ${text}`);
  };
  note(nameOf(command));
  const show = async (output: Output | undefined): Promise<void> => {
    const text = await output?.[context.format]?.();
    if (text !== undefined && text !== '') io.stdout.write(`${text}\n`);
  };
  try {
    switch (definition.needs) {
      case 'nothing':
        await show(await definition.run(context));
        break;
      case 'login':
        await withAccount(context, note, async (account) => show(await definition.run(account)));
        break;
      case 'project':
        await withAccount(context, note, async (account) =>
          show(await definition.run(await inProject(account))),
        );
    }
  } catch (error) {
    const { isOurs } = describeError(error);
    note(`failed: ${isOurs && error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
    throw error;
  } finally {
    await appendLog(folder.path, log);
  }
}

/** The names of the command and those above it; what was typed after them may be secret. */
const nameOf = (command: Command): string =>
  command.parent === null ? command.name() : `${nameOf(command.parent)} ${command.name()}`;

import type { CommandDefinition } from '../command/command.ts';
import { inProject, withAccount } from '../command/contexts.ts';
import { createFlags } from '../command/flags.ts';
import { commands } from '../commands.ts';
import { configPath, openConfigFolder } from '../config/config-folder.ts';
import type { CliIo } from '../io.ts';
import { printable } from '../output/printable.ts';
import { atCursor } from './cursor.ts';

/** The hidden command that shells call. */
export const completionCommand = '__complete';

/** Names from the server that take longer than this are not worth the wait. */
const patienceMs = 2_000;

/** Prints what the last word may become, one on each line with what it means after a tab. Never complains. */
export async function completeWords(words: readonly string[], io: CliIo): Promise<number> {
  const found = atCursor(commands, words);
  switch (found.kind) {
    case 'files':
      io.stdout.write(':files\n');
      break;
    case 'words':
      for (const { word, about } of found.candidates) io.stdout.write(`${word}\t${about}\n`);
      break;
    case 'argument': {
      const patience = new AbortController();
      const tooLate = io.clock.sleep(patienceMs, patience.signal).then(
        () => [],
        () => [],
      );
      const current = words.at(-1) ?? '';
      const names = await Promise.race([candidatesOf(found.definition, found.args, io), tooLate]);
      patience.abort();
      for (const name of names) if (name.startsWith(current)) io.stdout.write(`${printable(name)}\n`);
    }
  }
  return 0;
}

async function candidatesOf(
  definition: CommandDefinition,
  args: readonly string[],
  io: CliIo,
): Promise<readonly string[]> {
  if (definition.needs !== 'project' || definition.candidates === undefined) return [];
  // All but a list of names has one argument that the server can name.
  if (args.length > 0 && definition.args?.endsWith('...>') !== true) return [];
  const { candidates } = definition;
  try {
    const folder = await openConfigFolder(configPath(io));
    const flags = createFlags(() => undefined, { env: io.env, settings: folder.settings });
    const silent: CliIo = { ...io, stderr: { write: () => true } };
    const local = { io: silent, flags, args, format: 'none', formatGiven: false, folder };
    const names = await withAccount(
      local,
      () => {},
      async (account) => candidates(await inProject(account)),
    );
    return names.filter((name) => !args.includes(name));
  } catch {
    return [];
  }
}

import { isGroup } from '../command/command.ts';
import type { CommandDefinition, CommandGroup, CommandNode } from '../command/command.ts';
import type { Flag } from '../command/flag.ts';
import { anyOutput, globalFlags, outputOf } from '../command/global-flags.ts';
import { defaultFormats } from '../output/output.ts';

export interface Candidate {
  readonly word: string;
  readonly about: string;
}

/** What may stand at the cursor. */
export type AtCursor =
  | { readonly kind: 'words'; readonly candidates: readonly Candidate[] }
  | { readonly kind: 'files' }
  /** An argument of a command: only the server knows. `typed` is everything before the word at the cursor. */
  | { readonly kind: 'argument'; readonly definition: CommandDefinition; readonly args: readonly string[] };

/** Finds out what the last of `words` can become; the words are those after `strm`. */
export function atCursor(root: CommandGroup, words: readonly string[]): AtCursor {
  const before = words.slice(0, -1);
  const current = words.at(-1) ?? '';
  let node: CommandNode = root;
  const args: string[] = [];
  let pending: Flag<unknown> | undefined;

  for (const word of before) {
    if (pending !== undefined) {
      pending = undefined;
    } else if (word.startsWith('-')) {
      const flag = flagOf(node, word.split('=')[0] ?? '');
      pending = flag === undefined || flag.isSwitch || word.includes('=') ? undefined : flag;
    } else {
      const next: CommandNode | undefined = isGroup(node)
        ? node.commands.find(({ name }) => name === word)
        : undefined;
      if (next !== undefined) node = next;
      else if (isGroup(node)) return { kind: 'words', candidates: [] };
      else args.push(word);
    }
  }
  if (pending !== undefined) return valuesOf(pending);
  if (current.startsWith('-')) {
    return wordsFrom(
      flagsOf(node).map((flag) => ({ word: `--${flag.name}`, about: flag.about })),
      current,
    );
  }
  if (isGroup(node)) {
    return wordsFrom(
      node.commands.map(({ name, about }) => ({ word: name, about })),
      current,
    );
  }
  return { kind: 'argument', definition: node, args };
}

function flagsOf(node: CommandNode): readonly Flag<unknown>[] {
  if (isGroup(node)) return [...globalFlags, anyOutput];
  const { flags = [], formats = defaultFormats } = node;
  return [...flags, ...(formats.length > 0 ? [outputOf(formats)] : []), ...globalFlags].filter(
    ({ hidden }) => !hidden,
  );
}

const flagOf = (node: CommandNode, word: string): Flag<unknown> | undefined =>
  flagsOf(node).find(({ name, spec }) => word === `--${name}` || spec.split(', ')[0] === word);

function valuesOf(flag: Flag<unknown>): AtCursor {
  if (flag.choices !== undefined) {
    return { kind: 'words', candidates: flag.choices.map((word) => ({ word, about: '' })) };
  }
  return flag.spec.endsWith('<file>') ? { kind: 'files' } : { kind: 'words', candidates: [] };
}

const wordsFrom = (candidates: readonly Candidate[], prefix: string): AtCursor => ({
  kind: 'words',
  candidates: candidates.filter(({ word }) => word.startsWith(prefix)),
});

import { describe, expect, it } from '@jest/globals';
import { isGroup } from './command/command.ts';
import type { CommandDefinition, CommandNode } from './command/command.ts';
import { globalFlags, anyOutput } from './command/global-flags.ts';
import { commands } from './commands.ts';

const leavesOf = (node: CommandNode, path = ''): readonly (readonly [string, CommandDefinition])[] =>
  isGroup(node)
    ? node.commands.flatMap((child) => leavesOf(child, `${path} ${child.name}`.trim()))
    : [[path, node]];

const leaves = leavesOf(commands);

describe('the commands', () => {
  it('have names of their own within their group', () => {
    const paths = leaves.map(([path]) => path);
    expect(new Set(paths).size).toBe(paths.length);
  });

  it.each(leaves)('%s has flags that can be told apart', (_, { flags = [], formats }) => {
    const own = [...flags, ...(formats?.length === 0 ? [] : [anyOutput])];
    const shared = globalFlags.filter(({ name }) => own.every((flag) => flag.name !== name));
    const spellings = [...own, ...shared].flatMap(({ spec }) => (spec.split(' <')[0] ?? '').split(', '));
    expect(new Set(spellings).size).toBe(spellings.length);
  });

  it.each(leaves)('%s says in one line what it does', (_, { about }) => {
    expect(about).toMatch(/^[^\n.]{10,90}$/);
  });

  it.each(leaves.flatMap(([path, { examples = [] }]) => examples.map((example) => [path, example] as const)))(
    '%s has an example of itself: %s',
    (path, example) => {
      expect(example.startsWith(path)).toBe(true);
    },
  );
});

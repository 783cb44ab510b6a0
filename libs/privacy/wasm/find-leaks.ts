/**
 * Finds where a WebAssembly module lets what is in its memory decide about time: about a branch, an address, a length
 * or a division. Everything that was loaded counts as secret, and so does every vector; parameters of exported
 * functions that are not vectors (addresses, lengths) are public. Follows secrets through locals, globals, blocks and
 * calls, without regard to the order of instructions, until nothing new becomes secret.
 */
import { FunctionWalk, toFunctionState } from './function-walk.ts';
import type { Leak, ModuleState } from './function-walk.ts';
import type { WatNode } from './parse-wat.ts';
import { firstAtomOf, nodesOf } from './parse-wat.ts';

/** The leaks of a parsed module, in the order of its text, each once per function and kind. */
export function findLeaks(module: WatNode): readonly Leak[] {
  const nodes = nodesOf(module);
  const functions = new Map(
    nodes.filter(({ head }) => head === 'func').map((node) => [firstAtomOf(node), toFunctionState(node)]),
  );
  const state: ModuleState = { functions, secretGlobals: new Set(), leaks: new Map(), found: 0 };
  const names = new Map(
    nodes
      .filter(({ head }) => head === 'export')
      .map((node) => [firstAtomOf(nodesOf(node)[0] ?? node), firstAtomOf(node)]),
  );
  let before: number;
  do {
    before = state.found;
    for (const [id, each] of functions) new FunctionWalk(state, each, nameOf(id, names)).walk();
  } while (state.found > before);
  return [...state.leaks.values()];
}

function nameOf(id: string, exported: ReadonlyMap<string, string>): string {
  return exported.get(id)?.replaceAll('"', '') ?? id;
}

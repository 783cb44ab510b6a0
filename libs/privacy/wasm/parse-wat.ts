/** An expression of WebAssembly's text form: an instruction or declaration, and what stands in its parentheses. */
export interface WatNode {
  readonly head: string;
  readonly items: readonly (WatNode | string)[];
}

const token = /\(;[\s\S]*?;\)|;;[^\n]*|"(?:\\.|[^"\\])*"|[()]|[^\s()";]+/g;

/** Parses one parenthesised expression. Comments are left out; atoms stay as they are written. */
export function parseWat(text: string): WatNode {
  const tokens = (text.match(token) ?? []).filter((each) => !each.startsWith(';;') && !each.startsWith('(;'));
  let at = 0;
  const take = (): string => {
    const next = tokens[at];
    if (next === undefined) throw new SyntaxError('the text ends within an expression');
    at += 1;
    return next;
  };
  const parseList = (): WatNode => {
    const head = take();
    const items: (WatNode | string)[] = [];
    for (let next = take(); next !== ')'; next = take()) items.push(next === '(' ? parseList() : next);
    return { head, items };
  };
  if (take() !== '(') throw new SyntaxError('an expression starts with a parenthesis');
  const parsed = parseList();
  if (at !== tokens.length) throw new SyntaxError('something follows the expression');
  return parsed;
}

export const isNode = (item: WatNode | string): item is WatNode => typeof item !== 'string';
export const nodesOf = (node: WatNode): readonly WatNode[] => node.items.filter(isNode);
export const atomsOf = (node: WatNode): readonly string[] =>
  node.items.filter((item) => typeof item === 'string');

/** Mostly a name: of a local, a function, a label. */
export const firstAtomOf = (node: WatNode): string => atomsOf(node)[0] ?? '';

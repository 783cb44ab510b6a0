import type { WatNode } from './parse-wat.ts';
import { firstAtomOf, nodesOf } from './parse-wat.ts';

export interface Leak {
  /** As exported, or as the text names it. */
  readonly function: string;
  /** The instruction that time depends on. */
  readonly instruction: string;
  /** What of it is secret. */
  readonly secret: 'condition' | 'address' | 'length' | 'operand' | 'index';
}

export interface FunctionState {
  readonly node: WatNode;
  readonly parameters: readonly string[];
  /** Names of parameters and locals that may hold secrets. */
  readonly secretLocals: Set<string>;
  isResultSecret: boolean;
}

export interface ModuleState {
  readonly functions: ReadonlyMap<string, FunctionState>;
  readonly secretGlobals: Set<string>;
  readonly leaks: Map<string, Leak>;
  /** Grows with every value that is found to be secret. */
  found: number;
}

/** What stands in a function or a block beside its instructions. */
const declarations = new Set(['param', 'result', 'local', 'type']);

const instructionsOf = (node: WatNode): readonly WatNode[] =>
  nodesOf(node).filter(({ head }) => !declarations.has(head));

export function toFunctionState(node: WatNode): FunctionState {
  const parameters = nodesOf(node).filter(({ head }) => head === 'param');
  const vectors = nodesOf(node).filter(
    ({ head, items }) => (head === 'param' || head === 'local') && items.includes('v128'),
  );
  return {
    node,
    parameters: parameters.map(firstAtomOf),
    secretLocals: new Set(vectors.map(firstAtomOf)),
    isResultSecret: nodesOf(node).some(({ head, items }) => head === 'result' && items.includes('v128')),
  };
}

const access = /^(i32|i64|f32|f64|v128)\.(load|store)\w*$/;
const division = /^(i32|i64)\.(div|rem)_[su]$/;
const pure = /^(i32|i64|f32|f64|i8x16|i16x8|i32x4|i64x2|f32x4|f64x2|v128)\.\w+$/;
const toScalar = /^v128\.any_true$|\.(all_true|bitmask|extract_lane\w*)$/;
const scalar = /^(i32|i64|f32|f64)\./;

/** One pass over a function's body. Each visit tells whether the value of an instruction is secret. */
export class FunctionWalk {
  readonly #module: ModuleState;
  readonly #state: FunctionState;
  readonly #name: string;
  /** Whether a value that was carried to a label is secret. */
  readonly #labels = new Map<string, boolean>();

  constructor(module: ModuleState, state: FunctionState, name: string) {
    this.#module = module;
    this.#state = state;
    this.#name = name;
  }

  walk(): void {
    const body = instructionsOf(this.#state.node);
    this.#setResult(this.#sequence(body));
  }

  #sequence(nodes: readonly WatNode[]): boolean {
    return nodes.reduce((_before, node) => this.#visit(node), false);
  }

  #operands(node: WatNode): readonly boolean[] {
    return instructionsOf(node).map((operand) => this.#visit(operand));
  }

  #visit(node: WatNode): boolean {
    const { head } = node;
    if (head === 'block' || head === 'loop') return this.#block(node);
    if (head === 'if') return this.#if(node);
    if (access.test(head)) return this.#access(node);
    if (pure.test(head)) return this.#pure(node);
    return this.#other(node, this.#operands(node));
  }

  #block(node: WatNode): boolean {
    const isSecret = this.#sequence(instructionsOf(node));
    return isSecret || (this.#labels.get(firstAtomOf(node)) ?? false);
  }

  #if(node: WatNode): boolean {
    const [condition, ...branches] = instructionsOf(node);
    if (condition === undefined || branches.some(({ head }) => head !== 'then' && head !== 'else')) {
      throw new SyntaxError('an if has one condition');
    }
    if (this.#visit(condition)) this.#leak('if', 'condition');
    const isSecret = branches.map((branch) => this.#sequence(nodesOf(branch))).includes(true);
    return isSecret || (this.#labels.get(firstAtomOf(node)) ?? false);
  }

  #access(node: WatNode): boolean {
    const [address] = this.#operands(node);
    if (address === true) this.#leak(node.head, 'address');
    return node.head.includes('.load');
  }

  #pure(node: WatNode): boolean {
    const operands = this.#operands(node);
    const isSecret = operands.includes(true);
    if (isSecret && division.test(node.head)) this.#leak(node.head, 'operand');
    if (toScalar.test(node.head)) this.#leak(node.head, 'operand');
    // A vector counts as secret wherever it comes from.
    return isSecret || !scalar.test(node.head);
  }

  #other(node: WatNode, operands: readonly boolean[]): boolean {
    const { head } = node;
    const isSecret = operands.includes(true);
    switch (head) {
      case 'local.get':
        return this.#state.secretLocals.has(firstAtomOf(node));
      case 'global.get':
        return this.#module.secretGlobals.has(firstAtomOf(node));
      case 'local.set':
      case 'local.tee':
        if (isSecret) this.#add(this.#state.secretLocals, firstAtomOf(node));
        return isSecret;
      case 'global.set':
        if (isSecret) this.#add(this.#module.secretGlobals, firstAtomOf(node));
        return false;
      case 'return':
        this.#setResult(isSecret);
        return false;
      case 'call':
        return this.#call(node, operands);
      case 'select':
        if (operands[2] === true) this.#leak(head, 'condition');
        return isSecret;
      case 'br':
      case 'br_if':
      case 'br_table':
        return this.#branch(node, operands);
      case 'memory.fill':
      case 'memory.copy':
        if (operands[0] === true || (head === 'memory.copy' && operands[1] === true))
          this.#leak(head, 'address');
        if (operands[2] === true) this.#leak(head, 'length');
        return false;
      case 'memory.grow':
      case 'memory.size':
        if (isSecret) this.#leak(head, 'length');
        return false;
      case 'call_indirect':
        throw new SyntaxError('calls through tables cannot be followed');
      case 'drop':
      case 'nop':
      case 'unreachable':
        return false;
      default:
        throw new SyntaxError(`it is not known what ${head} does`);
    }
  }

  #call(node: WatNode, operands: readonly boolean[]): boolean {
    const callee = this.#module.functions.get(firstAtomOf(node));
    if (callee === undefined) throw new SyntaxError(`there is no function ${firstAtomOf(node)}`);
    callee.parameters.forEach((parameter, place) => {
      if (operands[place] === true) this.#add(callee.secretLocals, parameter);
    });
    return callee.isResultSecret;
  }

  /** The condition, or the index, comes last; a value that goes to the label comes before it. */
  #branch({ head, items }: WatNode, operands: readonly boolean[]): boolean {
    const value = head === 'br' ? operands[0] : operands.length > 1 && operands[0];
    const decides = head === 'br' ? false : operands.at(-1);
    if (decides === true) this.#leak(head, head === 'br_table' ? 'index' : 'condition');
    for (const label of items) {
      if (typeof label === 'string' && value === true && this.#labels.get(label) !== true) {
        this.#labels.set(label, true);
      }
    }
    return value === true;
  }

  #setResult(isSecret: boolean): void {
    if (!isSecret || this.#state.isResultSecret) return;
    this.#state.isResultSecret = true;
    this.#module.found += 1;
  }

  #add(secrets: Set<string>, name: string): void {
    if (secrets.has(name)) return;
    secrets.add(name);
    this.#module.found += 1;
  }

  #leak(instruction: string, secret: Leak['secret']): void {
    const leak = { function: this.#name, instruction, secret };
    this.#module.leaks.set(Object.values(leak).join(' '), leak);
  }
}

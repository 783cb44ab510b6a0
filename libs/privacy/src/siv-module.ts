import { relaxedSimdModule, simdModule } from './gen/siv-modules.ts';
import type { WebAssemblyApi, WebAssemblyMemory } from './web-assembly.ts';
import { findWebAssembly } from './web-assembly.ts';

/** What wasm/assembly/siv.ts exports. Slots are addresses in `memory`, lengths are bytes. */
export interface SivExports {
  readonly memory: WebAssemblyMemory;
  prepare(slot: number, keyId: number): void;
  wipe(slot: number): void;
  seal(slot: number, length: number): void;
  decodeInput(characters: number): void;
  open(slot: number, length: number): number;
  absorbPiece(slot: number, length: number): void;
  finishPieces(slot: number, length: number): void;
  streamPiece(slot: number, firstBlock: number, length: number): void;
  isTag(): number;
}

/** An instance of the module, of its own memory. */
export interface SivModule {
  readonly build: 'simd' | 'relaxed-simd';
  readonly functions: SivExports;
  /** Addresses and sizes in its memory. */
  readonly layout: SivLayout;
}

export interface SivLayout {
  readonly input: number;
  readonly output: number;
  readonly tag: number;
  readonly state: number;
  readonly slots: number;
  readonly slotBytes: number;
  /** Longest text in one piece. */
  readonly textBytes: number;
  /** Longest ciphertext in one piece. */
  readonly ciphertextCharacters: number;
}

/** Field encryption cannot run here; nothing else would be constant time. */
export class SimdUnavailableError extends Error {
  override readonly name = 'SimdUnavailableError';
  constructor() {
    super(
      'field encryption needs WebAssembly with SIMD, which this Node.js does not offer: it may run with --jitless, or on a processor without SSSE3 and SSE4.1',
    );
  }
}

interface CompiledBuild {
  readonly build: SivModule['build'];
  readonly module: object;
}

let compiled: CompiledBuild | undefined;

/**
 * Makes an instance of the fastest build that this process can run.
 * @throws SimdUnavailableError
 */
export function instantiateSiv(wasm: WebAssemblyApi | undefined = findWebAssembly()): SivModule {
  if (wasm === undefined) throw new SimdUnavailableError();
  const { build, module } = wasm === findWebAssembly() ? (compiled ??= compileSiv(wasm)) : compileSiv(wasm);
  const { exports } = new wasm.Instance(module);
  return { build, functions: toSivExports(exports), layout: toLayout(exports) };
}

function compileSiv(wasm: WebAssemblyApi): CompiledBuild {
  for (const [build, text] of [
    ['relaxed-simd', relaxedSimdModule],
    ['simd', simdModule],
  ] as const) {
    const binary = Buffer.from(text, 'base64');
    if (wasm.validate(binary)) return { build, module: new wasm.Module(binary) };
  }
  throw new SimdUnavailableError();
}

const functionNames = [
  'prepare',
  'wipe',
  'seal',
  'decodeInput',
  'open',
  'absorbPiece',
  'finishPieces',
  'streamPiece',
  'isTag',
] as const satisfies readonly (keyof SivExports)[];

function toSivExports(exports: Readonly<Record<string, unknown>>): SivExports {
  if (!isSivExports(exports)) throw new TypeError('siv-modules.ts is not what wasm/assembly compiles to');
  return exports;
}

function isSivExports(exports: object): exports is SivExports {
  return (
    'memory' in exports && functionNames.every((name) => typeof Reflect.get(exports, name) === 'function')
  );
}

function toLayout(exports: Readonly<Record<string, unknown>>): SivLayout {
  return {
    input: numberOf(exports['INPUT']),
    output: numberOf(exports['OUTPUT']),
    tag: numberOf(exports['TAG']),
    state: numberOf(exports['STATE']),
    slots: numberOf(exports['SLOTS']),
    slotBytes: numberOf(exports['SLOT_BYTES']),
    textBytes: numberOf(exports['TEXT_BYTES']),
    ciphertextCharacters: numberOf(exports['CIPHERTEXT_CHARACTERS']),
  };
}

/** Of a global of a WebAssembly module. */
function numberOf(global: unknown): number {
  return Number(
    typeof global === 'object' && global !== null && 'value' in global ? global.value : Number.NaN,
  );
}

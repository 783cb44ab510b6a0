import { relaxedSimdModule, simdModule } from './gen/wasm-modules.ts';
import type { WebAssemblyApi, WebAssemblyExports, WebAssemblyMemory } from './web-assembly.ts';
import { findWebAssembly, hasExports, instantiate, numberOf } from './web-assembly.ts';

/** What wasm/assembly/siv.ts exports. Slots are addresses in `memory`, lengths are bytes. */
export interface SivExports {
  readonly memory: WebAssemblyMemory;
  prepare(slot: number, keyId: number): void;
  wipe(slot: number): void;
  seal(slot: number, length: number): void;
  sealFour(slot: number, first: number, second: number, third: number, fourth: number): void;
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
  /** Longest text that can be encrypted beside others. */
  readonly shortTextBytes: number;
  /** Longest ciphertext in one piece. */
  readonly ciphertextCharacters: number;
}

/**
 * Makes an instance of the fastest build that this process can run.
 * @throws SimdUnavailableError
 */
export function instantiateSiv(wasm: WebAssemblyApi | undefined = findWebAssembly()): SivModule {
  const hasRelaxedSimd = wasm?.validate(Buffer.from(relaxedSimdModule, 'base64')) === true;
  const exports = instantiate(wasm, hasRelaxedSimd ? relaxedSimdModule : simdModule);
  if (!isSivExports(exports)) throw new TypeError('wasm-modules.ts is not what wasm/assembly compiles to');
  return { build: hasRelaxedSimd ? 'relaxed-simd' : 'simd', functions: exports, layout: toLayout(exports) };
}

const functionNames = [
  'prepare',
  'wipe',
  'seal',
  'sealFour',
  'decodeInput',
  'open',
  'absorbPiece',
  'finishPieces',
  'streamPiece',
  'isTag',
] as const satisfies readonly (keyof SivExports)[];

function isSivExports(exports: WebAssemblyExports): exports is WebAssemblyExports & SivExports {
  return hasExports(exports, functionNames);
}

function toLayout(exports: WebAssemblyExports): SivLayout {
  return {
    input: numberOf(exports['INPUT']),
    output: numberOf(exports['OUTPUT']),
    tag: numberOf(exports['TAG']),
    state: numberOf(exports['STATE']),
    slots: numberOf(exports['SLOTS']),
    slotBytes: numberOf(exports['SLOT_BYTES']),
    textBytes: numberOf(exports['TEXT_BYTES']),
    shortTextBytes: numberOf(exports['SHORT_TEXT_BYTES']),
    ciphertextCharacters: numberOf(exports['CIPHERTEXT_CHARACTERS']),
  };
}

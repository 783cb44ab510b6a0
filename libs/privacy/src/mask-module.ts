import { maskModule } from './gen/wasm-modules.ts';
import type { WebAssemblyExports, WebAssemblyMemory } from './web-assembly.ts';
import { findWebAssembly, hasExports, instantiate, numberOf } from './web-assembly.ts';

/** What wasm/assembly/mask.ts exports. */
interface MaskExports {
  readonly memory: WebAssemblyMemory;
  begin(): void;
  absorb(length: number): void;
  finish(length: number, total: number): number;
}

/** The one instance of the module, which all masks share. */
export interface MaskModule {
  readonly functions: MaskExports;
  readonly input: Buffer;
  readonly output: Buffer;
  /** Whose seed the running hash and the start of the input are of. */
  owner: object | undefined;
}

let shared: MaskModule | undefined;

/** @throws SimdUnavailableError */
export function instantiateMask(): MaskModule {
  return (shared ??= make());
}

function make(): MaskModule {
  const exports = instantiate(findWebAssembly(), maskModule);
  if (!isMaskExports(exports)) throw new TypeError('wasm-modules.ts is not what wasm/assembly compiles to');
  const view = (address: unknown, bytes: number) =>
    Buffer.from(exports.memory.buffer, numberOf(address), bytes);
  return {
    functions: exports,
    input: view(exports['INPUT'], numberOf(exports['INPUT_BYTES'])),
    output: view(exports['OUTPUT'], 32),
    owner: undefined,
  };
}

function isMaskExports(exports: WebAssemblyExports): exports is WebAssemblyExports & MaskExports {
  return hasExports(exports, ['begin', 'absorb', 'finish'] satisfies (keyof MaskExports)[]);
}

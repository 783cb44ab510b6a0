/** As much of the API as is used here; neither Node's types nor those of ECMAScript declare it. */
export interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: WebAssemblyExports };
}

export type WebAssemblyExports = Readonly<Record<string, unknown>>;

export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; views of the buffer as it was are empty from then on. */
  grow(pages: number): number;
}

export const pageBytes = 65_536;

declare global {
  const WebAssembly: WebAssemblyApi;
}

/** What is done here needs WebAssembly with SIMD, and this process has none. */
export class SimdUnavailableError extends Error {
  override readonly name = 'SimdUnavailableError';
  constructor() {
    super(
      'encrypting and masking fields needs WebAssembly with SIMD, which this Node.js does not offer: it may run with --jitless, or on a processor without SSSE3 and SSE4.1',
    );
  }
}

/** The runtime's own; undefined where it has none, as under `--jitless`. */
export function findWebAssembly(): WebAssemblyApi | undefined {
  return typeof WebAssembly === 'undefined' ? undefined : WebAssembly;
}

/**
 * An instance of a module, in base64.
 * @throws SimdUnavailableError when this runtime cannot run it
 */
export function instantiate(wasm: WebAssemblyApi | undefined, module: string): WebAssemblyExports {
  const binary = Buffer.from(module, 'base64');
  if (wasm?.validate(binary) !== true) throw new SimdUnavailableError();
  return new wasm.Instance(new wasm.Module(binary)).exports;
}

/** Whether a module exports a memory and functions of these names. */
export function hasExports(exports: WebAssemblyExports, functions: readonly string[]): boolean {
  return 'memory' in exports && functions.every((name) => typeof exports[name] === 'function');
}

/** The value of a global, which holds an address or a size. */
export function numberOf(global: unknown): number {
  return Number(
    typeof global === 'object' && global !== null && 'value' in global ? global.value : Number.NaN,
  );
}

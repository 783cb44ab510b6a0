/** As much of the API as is used here; neither Node's types nor those of ECMAScript declare it. */
export interface WebAssemblyApi {
  validate(bytes: Uint8Array): boolean;
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object) => { readonly exports: Readonly<Record<string, unknown>> };
}

export interface WebAssemblyMemory {
  readonly buffer: ArrayBuffer;
  /** Adds pages of 64 KiB; views of the buffer as it was are empty from then on. */
  grow(pages: number): number;
}

export const pageBytes = 65_536;

declare global {
  const WebAssembly: WebAssemblyApi;
}

/** The runtime's own; undefined where it has none, as under `--jitless`. */
export function findWebAssembly(): WebAssemblyApi | undefined {
  return typeof WebAssembly === 'undefined' ? undefined : WebAssembly;
}

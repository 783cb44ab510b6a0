export type Body = AsyncIterable<Uint8Array> | Uint8Array;

/** Remembers what the body throws, to tell it from errors of the store. */
export function watchBody(body: Body): { readonly body: Body; failed(error: unknown): boolean } {
  const thrown = new Set<unknown>();
  if (body instanceof Uint8Array) return { body, failed: () => false };
  async function* watched(source: AsyncIterable<Uint8Array>) {
    try {
      yield* source;
    } catch (error) {
      thrown.add(error);
      throw error;
    }
  }
  return { body: watched(body), failed: (error) => thrown.has(error) };
}

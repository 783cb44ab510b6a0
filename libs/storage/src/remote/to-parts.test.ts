import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { toParts } from './to-parts.ts';
import type { Part } from './to-parts.ts';

async function* chunksOf(chunks: readonly Uint8Array[]): AsyncGenerator<Uint8Array> {
  yield* chunks;
}

async function partsOf(
  body: AsyncIterable<Uint8Array> | Uint8Array,
  partBytes: number,
): Promise<readonly Part[]> {
  const parts: Part[] = [];
  for await (const part of toParts(body, partBytes)) parts.push(part);
  return parts;
}

describe(toParts, () => {
  it('cuts any body into equal parts and a last one, and loses nothing', async () => {
    const chunks = fc.array(fc.uint8Array({ maxLength: 25 }), { maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(chunks, fc.integer({ min: 1, max: 10 }), async (body, partBytes) => {
        const parts = await partsOf(chunksOf(body), partBytes);
        expect(Buffer.concat(parts.map(({ bytes }) => bytes))).toEqual(Buffer.concat(body));
        expect(parts.map(({ last }) => last)).toEqual(parts.map((_part, at) => at === parts.length - 1));
        expect(parts.slice(0, -1).every(({ bytes }) => bytes.length === partBytes)).toBe(true);
        expect(parts.at(-1)?.bytes.length).toBeLessThanOrEqual(partBytes);
      }),
    );
  });

  it.each([
    [0, [0]],
    [4, [4]],
    [5, [4, 1]],
    [8, [4, 4]],
  ])('cuts %i bytes into parts of %j', async (size, sizes) => {
    const parts = await partsOf(Buffer.alloc(size), 4);
    expect(parts.map(({ bytes }) => bytes.length)).toEqual(sizes);
  });
});

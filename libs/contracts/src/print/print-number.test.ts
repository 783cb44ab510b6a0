import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { printDouble } from './print-number.ts';
import { TextSink } from './text-sink.ts';

/** Whole numbers of tenths, hundredths and so on, and the doubles next to them. */
const amounts = fc
  .tuple(
    fc.maxSafeInteger(),
    fc.nat({ max: 9 }),
    fc.nat({ max: 9 }),
    fc.constantFrom(0, 2 ** -52, -(2 ** -52)),
  )
  .map(([digits, fewer, places, off]) => Math.trunc(digits / 10 ** fewer) / 10 ** places + off);

describe(printDouble, () => {
  it('prints what JSON.stringify prints', () => {
    const sink = new TextSink();
    fc.assert(
      fc.property(fc.oneof(amounts, fc.double({ noNaN: true, noDefaultInfinity: true })), (value) => {
        printDouble(value, sink);
        expect(sink.take().toString()).toBe(JSON.stringify(value));
      }),
      { numRuns: 5_000 },
    );
  });

  it.each([
    0,
    -0,
    0.01,
    -0.01,
    -0.5,
    0.1 + 0.2,
    1e-7,
    9_999_999.99,
    1e7,
    1e21,
    5e-324,
    1.005,
    100,
    123_456.7,
  ])('prints %d', (value) => {
    const sink = new TextSink();
    printDouble(value, sink);
    expect(sink.take().toString()).toBe(JSON.stringify(value));
  });
});

import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { ScanCursor } from '../scan/scan-cursor.ts';
import { SpliceSink } from '../scan/splice-sink.ts';
import { printText } from './print-text.ts';
import { TextSink } from './text-sink.ts';

const plain = fc.string({ unit: fc.constantFrom('a', '~', ' ', '!', '#', '[', ']'), maxLength: 40 });
const others = fc.string({
  unit: fc.constantFrom('"', '\\', '\u0000', '\u001f', '\u007f', '\u0080', 'é', '\u2028', '😀'),
  maxLength: 2,
});

describe(printText, () => {
  it('prints what JSON.stringify prints, wherever in a text something is that does not stand for itself', () => {
    const [cursor, sink, avro] = [new ScanCursor(), new TextSink(), new SpliceSink()];
    fc.assert(
      fc.property(fc.array(fc.tuple(plain, others)), (parts) => {
        const text = parts.flat().join('');
        avro.begin(Buffer.from('..'));
        avro.text(text);
        cursor.begin(avro.done(), 2);
        printText(cursor, sink);
        expect(sink.take().toString()).toBe(JSON.stringify(text));
      }),
      { numRuns: 1_000 },
    );
  });
});

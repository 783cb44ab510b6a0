import { describe, expect, it } from '@jest/globals';
import { createLineSplitter } from './line-splitter.ts';

function split(chunks: readonly (string | Buffer)[], longest?: number): readonly string[] {
  const lines: string[] = [];
  const splitter = createLineSplitter((line) => lines.push(line), longest);
  for (const chunk of chunks) splitter.push(Buffer.from(chunk));
  splitter.end();
  return lines;
}

describe(createLineSplitter, () => {
  it.each([
    [['a\nb\n'], ['a', 'b']],
    [
      ['a', 'b\nc'],
      ['ab', 'c'],
    ],
    [['a\r\nb\r\n'], ['a', 'b']],
    [['a\n\nb'], ['a', 'b']],
    [[Buffer.from('é\n').subarray(0, 1), Buffer.from('é\n').subarray(1)], ['é']],
    [[], []],
  ])('makes of %j the lines %j', (chunks, lines) => {
    expect(split(chunks)).toEqual(lines);
  });

  it('gives out a long line in parts, before its end arrives', () => {
    const lines: string[] = [];
    createLineSplitter((line) => lines.push(line), 4).push(Buffer.from('123456789'));
    expect(lines).toEqual(['1234', '5678']);
    expect(split(['123456789\nab\n'], 4)).toEqual(['1234', '5678', '9', 'ab']);
  });
});

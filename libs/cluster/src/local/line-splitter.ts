import { StringDecoder } from 'node:string_decoder';

export interface LineSplitter {
  readonly push: (chunk: Buffer) => void;
  /** Gives out what has no line end yet. */
  readonly end: () => void;
}

/**
 * Cuts a stream of bytes into lines of at most `longest` characters. A longer line comes in parts, so that a workload
 * that never ends its line cannot fill our memory.
 */
export function createLineSplitter(onLine: (line: string) => void, longest = 16_384): LineSplitter {
  const decoder = new StringDecoder('utf8');
  let rest = '';
  const flush = (): void => {
    if (rest !== '') onLine(rest);
    rest = '';
  };
  return {
    push(chunk) {
      const lines = (rest + decoder.write(chunk)).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) emit(line.endsWith('\r') ? line.slice(0, -1) : line);
      while (rest.length > longest) {
        onLine(rest.slice(0, longest));
        rest = rest.slice(longest);
      }
    },
    end: flush,
  };

  function emit(line: string): void {
    for (let at = 0; at < line.length; at += longest) onLine(line.slice(at, at + longest));
  }
}

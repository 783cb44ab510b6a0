/** The end of what a process has written. */
export interface LastLines {
  add(line: string): void;
  last(count: number): readonly string[];
}

const mostLines = 100;
const longestLine = 4_096;

/** Remembers a hundred lines, and of long ones the beginning. */
export function createLastLines(): LastLines {
  const lines: string[] = [];
  return {
    add(line) {
      lines.push(line.slice(0, longestLine));
      if (lines.length > mostLines) lines.shift();
    },
    last: (count) => (count <= 0 ? [] : lines.slice(-count)),
  };
}

import { createTableIndex } from '../table-index.ts';
import type { KeyIndex } from '../port.ts';
import { createMemoryTable } from './memory-table.ts';

/** An index in this process's memory; `clear` loses everything, as a flushed cache would. */
export function createMemoryIndex(): KeyIndex & { clear(): void } {
  const table = createMemoryTable();
  return {
    ...createTableIndex(table),
    clear: () => {
      table.clear();
    },
  };
}

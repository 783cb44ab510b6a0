import { describeKeyIndexContract } from './testing/key-index-contract.ts';
import { createMemoryTable } from './testing/memory-table.ts';
import { createTableIndex } from './table-index.ts';

describeKeyIndexContract('createTableIndex', async () => createTableIndex(createMemoryTable()));

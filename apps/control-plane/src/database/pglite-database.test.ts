import { afterAll } from '@jest/globals';
import { describeDatabaseContract } from '../testing/database-contract.ts';
import type { Database } from './database.ts';
import { openMemoryDatabase } from './pglite-database.ts';

let only: Promise<Database> | undefined;
afterAll(async () => {
  await (await only)?.close().catch(() => {});
});

describeDatabaseContract('PGlite', () => (only ??= openMemoryDatabase()));

export { openPgliteDatabase as openStoredDatabase } from '../database/pglite-database.ts';

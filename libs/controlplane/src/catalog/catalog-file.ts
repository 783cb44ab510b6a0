import { mkdir, open, readFile, rename, rm } from 'node:fs/promises';
import { randomUUID } from 'node:crypto';
import { dirname } from 'node:path';
import { z } from 'zod';
import { digestContract } from './pinning.ts';
import type { HeldContract } from './pinning.ts';

export interface CatalogContent {
  readonly contracts: readonly HeldContract[];
  /** The text of a schema by its id. */
  readonly schemas: readonly (readonly [number, string])[];
}

const contractSchema = z.object({
  ref: z.string(),
  state: z.enum(['DRAFT', 'IN_REVIEW', 'APPROVED', 'ACTIVE', 'ARCHIVED', 'INCOMPLETE']),
  schema: z.object({ kind: z.enum(['avro', 'json-schema']), definition: z.string() }),
  keyField: z.string(),
  fields: z.array(
    z.object({ fieldName: z.string(), isPii: z.boolean(), isQuasiId: z.boolean(), purposeLevel: z.int() }),
  ),
  validations: z.array(z.object({ field: z.string(), regex: z.string() })),
  dataSubjectField: z.string().exactOptional(),
  schemaId: z.int(),
});

const contentSchema = z.object({
  version: z.literal(1),
  contracts: z.array(
    z
      .object({ contract: contractSchema, pin: z.string().exactOptional() })
      .refine(({ contract, pin }) => pin === undefined || pin === digestContract(contract)),
  ),
  schemas: z.array(z.tuple([z.int(), z.string()])),
});

/** The catalog's file says something else than this version writes. */
export class UnreadableCatalogError extends Error {
  override readonly name = 'UnreadableCatalogError';
  readonly path: string;

  constructor(path: string, options?: ErrorOptions) {
    super(`${path} is not a catalog of contracts`, options);
    this.path = path;
  }
}

/** Reads the file; undefined where there is none. @throws UnreadableCatalogError */
export async function readCatalogFile(path: string): Promise<CatalogContent | undefined> {
  let text: string;
  try {
    text = await readFile(path, 'utf8');
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT')
      return undefined;
    throw new UnreadableCatalogError(path, { cause: error });
  }
  try {
    return contentSchema.parse(JSON.parse(text));
  } catch (error) {
    throw new UnreadableCatalogError(path, { cause: error });
  }
}

/** Replaces the file whole or not at all, durably; only its owner may read it. */
export async function writeCatalogFile(path: string, content: CatalogContent): Promise<void> {
  const folder = dirname(path);
  await mkdir(folder, { recursive: true });
  const temporary = `${path}.${randomUUID()}.tmp`;
  try {
    const file = await open(temporary, 'wx', 0o600);
    try {
      await file.writeFile(JSON.stringify({ version: 1, ...content }));
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
  const entry = await open(folder, 'r');
  try {
    await entry.sync();
  } finally {
    await entry.close();
  }
}

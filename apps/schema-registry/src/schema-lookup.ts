import { detectSchemaKind } from '@ccd/contracts';
import type { ContractCatalog } from '@ccd/controlplane';
import { tryAgain } from './registry-error.ts';

export interface RegisteredSchema {
  readonly type: 'AVRO' | 'JSON';
  readonly text: string;
}

export type LookupOutcome =
  | { readonly kind: 'known' | 'unknown' | 'refused' }
  /** The control plane gave no usable answer. */
  | { readonly kind: 'unavailable'; readonly cause: unknown };

export interface SchemaLookupOptions {
  readonly catalog: Pick<ContractCatalog, 'schemaById'>;
  /** Look-ups that wait at the same time at most. */
  readonly maxLookups: number;
  readonly onOutcome: (outcome: LookupOutcome) => void;
}

/** Finds the schema of an id; undefined where the control plane knows none. @throws RegistryError 503 */
export type SchemaLookup = (schemaId: number) => Promise<RegisteredSchema | undefined>;

/**
 * Look-ups in the catalog, which answers what it holds without the control plane. Whatever keeps it from knowing is a
 * 503, never a 404: consumers skip or stop at a record whose schema does not exist, and wait for one that may.
 */
export function createSchemaLookup({ catalog, maxLookups, onOutcome }: SchemaLookupOptions): SchemaLookup {
  let waiting = 0;

  return async (schemaId) => {
    if (waiting >= maxLookups) {
      onOutcome({ kind: 'refused' });
      throw tryAgain('Too many requests wait for the control plane; try again');
    }
    waiting += 1;
    try {
      const text = await catalog.schemaById(schemaId);
      onOutcome({ kind: text === undefined ? 'unknown' : 'known' });
      return text === undefined ? undefined : { type: typeOf(text), text };
    } catch (cause) {
      onOutcome({ kind: 'unavailable', cause });
      throw tryAgain('The control plane does not say what this schema is; try again');
    } finally {
      waiting -= 1;
    }
  };
}

const typeOf = (text: string): RegisteredSchema['type'] =>
  detectSchemaKind(text) === 'avro' ? 'AVRO' : 'JSON';

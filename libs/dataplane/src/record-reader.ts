import type {
  CompiledContract,
  ContractDefinition,
  EventRecord,
  EventSchema,
  TextSink,
  ValueSchema,
} from '@ccd/contracts';
import {
  DefinitionError,
  EventParseError,
  compileContract,
  compileSchema,
  decodeValue,
  peekValue,
  printValue,
  readMeta,
} from '@ccd/contracts';
import type { ContractCatalog } from '@ccd/controlplane';
import { LRUCache } from 'lru-cache';

/** A record's event with the schema that explains it. */
export interface ReadEvent {
  readonly schema: EventSchema;
  readonly event: EventRecord;
}

/** An event that nothing explains: its schema or contract, which the message names, is unknown, or cannot be used. */
export class UnexplainedRecordError extends Error {
  override readonly name = 'UnexplainedRecordError';
}

/** Decodes values of stream topics, and finds the contracts of events, compiled. */
export interface RecordReader {
  /**
   * At once where the schema was compiled before. Throws or rejects with EventParseError, UnexplainedRecordError or
   * ControlPlaneUnavailableError.
   */
  read(value: Buffer): ReadEvent | Promise<ReadEvent>;
  /**
   * Prints the event as plain JSON, and nothing where it throws or rejects, which it does as `read` does. At once where
   * the schema was compiled before.
   */
  print(value: Buffer, sink: TextSink): undefined | Promise<undefined>;
  /** The contract that the event names. @throws UnexplainedRecordError, ControlPlaneUnavailableError */
  contractOf(event: EventRecord): Promise<CompiledContract>;
  /**
   * A contract by its reference, at once where it was compiled before; undefined where there is none. Rejects with
   * UnexplainedRecordError or ControlPlaneUnavailableError.
   */
  contract(ref: string): CompiledContract | Promise<CompiledContract | undefined>;
}

type Catalog = Pick<ContractCatalog, 'contract' | 'schemaById'> & Partial<Pick<ContractCatalog, 'known'>>;

/** Definitions that are held, in number and in characters; compiled, they take a hundred times as much memory. */
const held = { most: 2_000, characters: 8_000_000 };

const sizeOf = (definition: ContractDefinition | string): number =>
  (typeof definition === 'string' ? definition : definition.schema.definition).length + 1;

/** What was found out about a definition that cannot be compiled. */
interface Refusal {
  readonly definition: ContractDefinition | string;
  readonly error: UnexplainedRecordError;
}

/** @param onRefused told once of each definition that cannot be compiled */
export function createRecordReader(
  catalog: Catalog,
  onRefused: (error: UnexplainedRecordError) => void = () => {},
): RecordReader {
  const bounds = { max: held.most, maxSize: held.characters };
  const schemas = new LRUCache<number, EventSchema>(bounds);
  const contracts = new LRUCache<string, CompiledContract>({
    ...bounds,
    sizeCalculation: ({ definition }) => sizeOf(definition),
  });
  /** Finding out that something cannot be compiled costs as much as compiling, and senders choose how often it is asked. */
  const refusals = new LRUCache<string, Refusal>({
    ...bounds,
    sizeCalculation: ({ definition }) => sizeOf(definition),
  });

  function compiling<T>(what: string, definition: Refusal['definition'], compile: () => T): T {
    const before = refusals.get(what);
    if (before?.definition === definition) throw before.error;
    try {
      return compile();
    } catch (cause) {
      if (!(cause instanceof DefinitionError)) throw cause;
      const error = new UnexplainedRecordError(`${what} cannot be used: ${cause.message}`, { cause });
      refusals.set(what, { definition, error });
      onRefused(error);
      throw error;
    }
  }

  async function schemaById(schemaId: number): Promise<EventSchema> {
    const known = schemas.get(schemaId);
    if (known !== undefined) return known;
    const definition = await catalog.schemaById(schemaId);
    if (definition === undefined) throw new UnexplainedRecordError(`schema ${schemaId} is unknown`);
    const compiled = compiling(`schema ${schemaId}`, definition, () => compileSchema(definition));
    schemas.set(schemaId, compiled, { size: sizeOf(definition) });
    return compiled;
  }

  function knownContract(ref: string): CompiledContract | undefined {
    const compiled = contracts.get(ref);
    // The catalog hands out the same object while nothing changed.
    return compiled !== undefined && compiled.definition === catalog.known?.(ref) ? compiled : undefined;
  }

  async function findContract(ref: string): Promise<CompiledContract | undefined> {
    const definition = await catalog.contract(ref);
    if (definition === undefined) return undefined;
    const known = contracts.get(ref);
    if (known?.definition === definition) return known;
    const compiled = compiling(`contract ${ref}`, definition, () => compileContract(definition));
    contracts.set(ref, compiled);
    return compiled;
  }

  const contract = (ref: string) => knownContract(ref) ?? findContract(ref);

  async function requireContract(ref: string): Promise<CompiledContract> {
    const found = await contract(ref);
    if (found === undefined) throw new UnexplainedRecordError(`contract ${ref} is unknown`);
    return found;
  }

  /** Most values have the schema of the one before. */
  let last: { readonly schemaId: number; readonly schema: EventSchema } | undefined;

  /** The compiled schema of a value, where it says which one it is. */
  function knownSchema(explained: ValueSchema): EventSchema | undefined {
    if (explained.by !== 'schema-id') return undefined;
    const { schemaId } = explained;
    if (last?.schemaId === schemaId) return last.schema;
    const schema = schemas.get(schemaId);
    if (schema !== undefined) last = { schemaId, schema };
    return schema;
  }

  async function schemaOf(explained: ValueSchema): Promise<EventSchema> {
    return explained.by === 'schema-id'
      ? schemaById(explained.schemaId)
      : (await requireContract(explained.contractRef)).schema;
  }

  async function printWith(explained: ValueSchema, value: Buffer, sink: TextSink): Promise<undefined> {
    printValue(await schemaOf(explained), value, sink);
  }

  return {
    contract,
    contractOf: (event) => requireContract(readMeta(event).contractRef),
    read(value) {
      const explained = peekValue(value);
      const known = knownSchema(explained);
      return known === undefined
        ? schemaOf(explained).then((schema) => readAs(schema, value))
        : readAs(known, value);
    },
    print(value, sink) {
      const explained = peekValue(value);
      const known = knownSchema(explained);
      if (known === undefined) return printWith(explained, value, sink);
      printValue(known, value, sink);
      return undefined;
    },
  };
}

function readAs(schema: EventSchema, value: Buffer): ReadEvent {
  return { schema, event: decodeValue(schema, value) };
}

/** Whether trying again cannot help: the record itself is what is wrong. */
export function isUnreadable(error: unknown): boolean {
  return error instanceof UnexplainedRecordError || error instanceof EventParseError;
}

import type { CompiledContract, EventMeta, EventScanner } from '@ccd/contracts';
import { compileScanner, encodeValue, peekValue, readMeta } from '@ccd/contracts';
import type { RecordReader } from '@ccd/dataplane';
import type { FieldCipher } from '@ccd/privacy';
import type { DeriveText, DerivedStream } from './derive-event.ts';
import { UnknownMaskedFieldError } from './derive-event.ts';

/** An event of the source stream. */
export interface SourceEvent {
  readonly meta: EventMeta;
  /** The value of the event in a derived stream. @throws DecryptionError, UnknownMaskedFieldError */
  derive(stream: DerivedStream, cipher: FieldCipher): Buffer;
}

/** Reads the events of a source stream, batch by batch. */
export interface SourceReader {
  /** Contracts may have changed since the last batch. */
  beginBatch(): void;
  /** Undefined where it takes more than looking at the bytes: `read` then does it. @throws EventParseError */
  readAtOnce(value: Buffer): SourceEvent | undefined;
  /**
   * Undefined for an event that no derived stream takes.
   * @throws UnexplainedRecordError, EventParseError, ControlPlaneUnavailableError
   */
  read(value: Buffer): Promise<SourceEvent | undefined>;
}

/** A contract ready for bytes, with what each derived stream makes of its texts. */
interface Plan {
  readonly contract: CompiledContract;
  readonly scanner: EventScanner;
  readonly derivers: ReadonlyMap<DerivedStream, DeriveText>;
}

const headerBytes = 5;
const noPrefix = new Uint8Array(0);

/**
 * Reads for these derived streams. The first event of each schema in a batch is read whole, which finds its contract;
 * those that follow it under the same contract are worked on as their bytes.
 */
export function createSourceReader(reader: RecordReader, derived: readonly DerivedStream[]): SourceReader {
  const plans = new WeakMap<CompiledContract, Plan>();
  /** By schema id. */
  const current = new Map<number, Plan>();

  function planOf(contract: CompiledContract): Plan | undefined {
    const plan = plans.get(contract) ?? makePlan(contract, derived);
    if (plan !== undefined) plans.set(contract, plan);
    return plan;
  }

  return {
    beginBatch: () => {
      current.clear();
    },

    readAtOnce(value) {
      if (value[0] !== 0 || value.length < headerBytes) return undefined;
      const plan = current.get(value.readInt32BE(1));
      if (plan === undefined) return undefined;
      const event = plan.scanner.scan(value, headerBytes);
      if (event.contractRef !== plan.contract.ref) return undefined;
      return {
        meta: event.meta(),
        derive(stream, cipher) {
          const deriveText = plan.derivers.get(stream);
          if (deriveText === undefined) throw new TypeError('a plan is made for all derived streams');
          return event.splice(noPrefix, undefined, (path, text) => deriveText(path, text, cipher));
        },
      };
    },

    async read(value) {
      const { event } = await reader.read(value);
      const meta = readMeta(event);
      if (!derived.some((stream) => stream.accepts(meta))) return undefined;
      const contract = await reader.contractOf(event);
      const { schema, definition } = contract;
      const explained = peekValue(value);
      if (explained.by === 'schema-id' && explained.schemaId === definition.schemaId) {
        const plan = planOf(contract);
        if (plan !== undefined) current.set(definition.schemaId, plan);
      }
      const format = explained.by === 'schema-id' ? 'confluent' : 'avro-json';
      return {
        meta,
        derive: (stream, cipher) =>
          encodeValue(format, definition.schemaId, schema, stream.derive(contract, event, cipher)),
      };
    },
  };
}

/** Undefined for a contract that a stream cannot mask, or whose events are no Avro: those are read whole. */
function makePlan(contract: CompiledContract, derived: readonly DerivedStream[]): Plan | undefined {
  if (contract.schema.kind !== 'avro') return undefined;
  try {
    const personal = contract.personalFields.map(({ path }) => path);
    const masked = derived.flatMap((stream) => stream.maskedPaths(contract));
    const paths = [...new Set([...personal, ...masked])];
    const scanner = compileScanner(contract.schema.shape, paths);
    const derivers = new Map(derived.map((stream) => [stream, stream.textDeriver(contract, paths)]));
    return scanner && { contract, scanner, derivers };
  } catch (error) {
    if (error instanceof UnknownMaskedFieldError) return undefined;
    throw error;
  }
}

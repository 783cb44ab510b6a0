import type { CompiledContract, EventScanner, ScannedEvent, SpliceSink } from '@ccd/contracts';
import { compileScanner, encodeValue, peekValue, readMeta } from '@ccd/contracts';
import type { RecordReader } from '@ccd/dataplane';
import type { FieldCipher } from '@ccd/privacy';
import type { DerivedStream } from './derive-event.ts';
import { UnknownMaskedFieldError } from './derive-event.ts';
import type { FieldRewriter } from './field-rewriter.ts';
import type { HeldKey, HeldKeys } from './held-keys.ts';

/** An event of the source stream. */
export interface SourceEvent {
  /** The key that it names, among those that are held; null where it names none. */
  keyOf(keys: HeldKeys): HeldKey | null;
  /** The derived streams that the consent in the event lets it into. */
  readonly streams: readonly DerivedStream[];
  /** Puts the value of the event in a derived stream into the sink. @throws DecryptionError, UnknownMaskedFieldError */
  derive(stream: DerivedStream, cipher: FieldCipher, sink: SpliceSink): void;
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
  /** Its reference in UTF-8. */
  readonly ref: Buffer;
  readonly scanner: EventScanner;
  readonly rewriters: ReadonlyMap<DerivedStream, FieldRewriter>;
}

const headerBytes = 5;

/**
 * Reads for these derived streams. The first event of each schema in a batch is read whole, which finds its contract;
 * those that follow it under the same contract are worked on as their bytes.
 */
export function createSourceReader(reader: RecordReader, derived: readonly DerivedStream[]): SourceReader {
  const plans = new WeakMap<CompiledContract, Plan>();
  /** By schema id. */
  const current = new Map<number, Plan>();
  const streamsOf = createConsentDecisions(derived);

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
      return event.isOf(plan.ref) ? new EventInBytes(plan, event, streamsOf(event)) : undefined;
    },

    async read(value) {
      const { event } = await reader.read(value);
      const meta = readMeta(event);
      const streams = derived.filter((stream) => stream.accepts(meta));
      if (streams.length === 0) return undefined;
      const contract = await reader.contractOf(event);
      const { schema, definition } = contract;
      const explained = peekValue(value);
      if (explained.by === 'schema-id' && explained.schemaId === definition.schemaId) {
        const plan = planOf(contract);
        if (plan !== undefined) current.set(definition.schemaId, plan);
      }
      const format = explained.by === 'schema-id' ? 'confluent' : 'avro-json';
      const keyLink = meta.keyLink === null ? null : Buffer.from(meta.keyLink);
      return {
        keyOf: (keys) => keyLink && keys.of(keyLink, 0, keyLink.length),
        streams,
        derive(stream, cipher, sink) {
          const derivedEvent = stream.derive(contract, event, cipher);
          const bytes = encodeValue(format, definition.schemaId, schema, derivedEvent);
          sink.copy(bytes, 0, bytes.length);
        },
      };
    },
  };
}

class EventInBytes implements SourceEvent {
  readonly streams: readonly DerivedStream[];
  readonly #plan: Plan;
  readonly #event: ScannedEvent;

  constructor(plan: Plan, event: ScannedEvent, streams: readonly DerivedStream[]) {
    this.#plan = plan;
    this.#event = event;
    this.streams = streams;
  }

  keyOf(keys: HeldKeys): HeldKey | null {
    return this.#event.keyLinkIn(keys);
  }

  derive(stream: DerivedStream, cipher: FieldCipher, sink: SpliceSink): void {
    const rewriter = this.#plan.rewriters.get(stream);
    if (rewriter === undefined) throw new TypeError('a plan is made for all derived streams');
    this.#event.rewrite(sink, rewriter.with(cipher));
  }
}

/** The streams that take an event. The consents of events are few, so that what follows from them is remembered. */
function createConsentDecisions(
  derived: readonly DerivedStream[],
): (event: ScannedEvent) => readonly DerivedStream[] {
  const known = new Map<number, readonly DerivedStream[]>();
  return (event) => {
    const code = event.consentCode();
    const before = code === undefined ? undefined : known.get(code);
    if (before !== undefined) return before;
    const consents = { consentLevels: event.consentLevels() };
    const streams = derived.filter((stream) => stream.accepts(consents));
    // Senders choose their consents: what is remembered stays small whatever they choose.
    if (known.size >= decisionsHeld) known.clear();
    if (code !== undefined) known.set(code, streams);
    return streams;
  };
}

const decisionsHeld = 1_000;

/** What is looked at of `strmMeta`. */
const neededParts = ['eventContractRef', 'keyLink', 'consentLevels'] as const;

/** Undefined for a contract that a stream cannot mask, or whose events are no Avro: those are read whole. */
function makePlan(contract: CompiledContract, derived: readonly DerivedStream[]): Plan | undefined {
  if (contract.schema.kind !== 'avro') return undefined;
  try {
    const personal = contract.personalFields.map(({ path }) => path);
    const masked = derived.flatMap((stream) => stream.maskedPaths(contract));
    const paths = [...new Set([...personal, ...masked])];
    const scanner = compileScanner(contract.schema.shape, paths, neededParts);
    const rewriters = new Map(derived.map((stream) => [stream, stream.rewriterOf(contract, paths)]));
    return scanner && { contract, ref: Buffer.from(contract.ref), scanner, rewriters };
  } catch (error) {
    if (error instanceof UnknownMaskedFieldError) return undefined;
    throw error;
  }
}

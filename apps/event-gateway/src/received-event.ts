import type {
  CompiledContract,
  ContractBytes,
  EventStamp,
  ScannedEvent,
  ValidationFailure,
  ValueFormat,
} from '@ccd/contracts';
import { encodeValue, readMeta, stampEvent } from '@ccd/contracts';

/** The event of a request, read by a contract, in whichever form that contract works on. */
export interface ReceivedEvent {
  /** The contract that the event names, which may be another one of the same schema. */
  readonly contractRef: string;
  /** The first validation that fails. */
  validate(): ValidationFailure | undefined;
  /** Names the session; undefined when null. */
  keyFieldValue(): string | undefined;
  /** The event as it goes to the log, its personal fields encrypted. */
  seal(stamp: EventStamp, encrypt: (text: string) => string): Buffer;
}

/**
 * Reads the body of a request.
 * @param serialization the header `Strm-Serialization-Type`, where there is one
 * @throws EventParseError
 */
export function receiveEvent(
  contract: CompiledContract,
  format: ValueFormat,
  body: Buffer,
  serialization: string | undefined,
): ReceivedEvent {
  const { bytes, definition, schema } = contract;
  if (bytes !== undefined && format === 'confluent') {
    return new ReceivedBytes(bytes, bytes.read(body, serialization));
  }
  const event = schema.parse(body, serialization);
  return {
    contractRef: readMeta(event).contractRef,
    validate: () => contract.validate(event),
    keyFieldValue: () => contract.keyFieldValue(event),
    seal(stamp, encrypt) {
      const encrypted = contract.replacePersonal(stampEvent(event, stamp), () => true, encrypt);
      return encodeValue(format, definition.schemaId, schema, encrypted);
    },
  };
}

/** A class and no literal: one is made for each event. */
class ReceivedBytes implements ReceivedEvent {
  readonly #contract: ContractBytes;
  readonly #event: ScannedEvent;

  constructor(contract: ContractBytes, event: ScannedEvent) {
    this.#contract = contract;
    this.#event = event;
  }

  get contractRef(): string {
    return this.#event.contractRef;
  }

  validate(): ValidationFailure | undefined {
    return this.#contract.validate(this.#event);
  }

  keyFieldValue(): string | undefined {
    return this.#contract.keyFieldValue(this.#event);
  }

  seal(stamp: EventStamp, encrypt: (text: string) => string): Buffer {
    return this.#contract.seal(this.#event, stamp, encrypt);
  }
}

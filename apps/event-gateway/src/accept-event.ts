import { randomInt } from 'node:crypto';
import type { CompiledContract, ValueFormat } from '@ccd/contracts';
import { EventParseError } from '@ccd/contracts';
import type { ClientStream } from '@ccd/controlplane';
import type { RecordReader } from '@ccd/dataplane';
import { UnexplainedRecordError } from '@ccd/dataplane';
import type { Producer } from '@ccd/eventlog';
import { createBatchingProducer } from '@ccd/eventlog';
import { failpoint } from '@ccd/failpoints';
import type { Clock } from '@ccd/reconcile';
import type { GatewayResponse } from './gateway-response.ts';
import { accepted, badRequest } from './gateway-response.ts';
import type { ReceivedEvent } from './received-event.ts';
import { receiveEvent } from './received-event.ts';
import type { SessionCipher, SessionCiphers } from './session-cipher.ts';

export interface AcceptEventOptions {
  readonly contracts: Pick<RecordReader, 'contract'>;
  readonly sessions: SessionCiphers;
  readonly producer: Pick<Producer, 'append'>;
  readonly clock: Clock;
  readonly valueFormat: ValueFormat;
  /** A random signed 32-bit number. */
  readonly nonce?: () => number;
}

export interface EventRequest {
  readonly stream: ClientStream['stream'];
  readonly body: Buffer;
  /** `Strm-Schema-Ref`: the schema that the body is written with. */
  readonly schemaRef: string | undefined;
  /** `Strm-Serialization-Type` */
  readonly serialization: string | undefined;
}

/** Handle and name have at most 100 characters each. */
const maxRefLength = 300;

const minInt = -(2 ** 31);
const randomNonce = (): number => randomInt(0, 2 ** 32) + minInt;

/**
 * Takes one event of an authenticated sender through contract, encryption and log: 204 once the log has it, 400 when it
 * is not an event that its contract accepts. At once where nothing has to be waited for. Throws or rejects with whatever
 * the control plane, the key store or the log throw: the event was then not accepted.
 */
export type AcceptEvent = (request: EventRequest) => GatewayResponse | Promise<GatewayResponse>;

export function createAcceptEvent(options: AcceptEventOptions): AcceptEvent {
  const { contracts, sessions, producer, clock, valueFormat, nonce = randomNonce } = options;

  const batching = createBatchingProducer(producer);

  /** Waits for nothing where the contract is at hand. */
  function find(ref: string): Found | Promise<Found> {
    // Whatever a sender calls a reference must take no room in a cache.
    if (ref.length > maxRefLength) {
      return badRequest('UnknownContract', `Data contract '${ref.slice(0, maxRefLength)}…' is not known`);
    }
    const found = contracts.contract(ref);
    return found instanceof Promise ? waitFor(ref, found) : found;
  }

  async function waitFor(ref: string, asked: Promise<CompiledContract | undefined>): Promise<Found> {
    try {
      return (await asked) ?? badRequest('UnknownContract', `Data contract '${ref}' is not known`);
    } catch (error) {
      if (!(error instanceof UnexplainedRecordError)) throw error;
      return badRequest('UnusableContract', `Data contract '${ref}' cannot be used`);
    }
  }

  /*
   * The steps are functions that call the next one, and no async function: every wait costs a promise and a turn of the
   * queue, so that only what is not there is waited for.
   */
  function accept(request: EventRequest): Answer {
    const { schemaRef } = request;
    if (!schemaRef) {
      return badRequest(
        'SchemaRefMissing',
        'The header Strm-Schema-Ref is missing: <handle>/<name>/<version>',
      );
    }
    const writer = find(schemaRef);
    return writer instanceof Promise
      ? parsing(writer.then((found) => read(request, found)))
      : read(request, writer);
  }

  function read(request: EventRequest, writer: Found): Answer {
    if (isResponse(writer)) return writer;
    const event = receiveEvent(writer, valueFormat, request.body, request.serialization);
    const { contractRef } = event;
    if (contractRef === request.schemaRef) return judge(request, event, writer);
    const found = find(contractRef);
    return found instanceof Promise
      ? parsing(found.then((contract) => readAnew(request, writer, contract)))
      : readAnew(request, writer, found);
  }

  /** By the contract that the event names, where that is not the one it was written by. */
  function readAnew(request: EventRequest, writer: CompiledContract, contract: Found): Answer {
    if (isResponse(contract)) return contract;
    const { ref, schema } = contract;
    if (schema.fingerprint !== writer.schema.fingerprint) {
      const message = `Data contract '${ref}' has another schema than '${writer.ref}'`;
      return badRequest('SchemaMismatch', message);
    }
    return judge(request, receiveEvent(contract, valueFormat, request.body, request.serialization), contract);
  }

  function judge(
    { stream }: EventRequest,
    event: ReceivedEvent,
    { ref, definition }: CompiledContract,
  ): Answer {
    if (definition.state !== 'ACTIVE') {
      const message = `Data contract '${ref}' is ${definition.state}; only ACTIVE contracts accept events`;
      return badRequest('ContractNotActive', message);
    }
    const failure = event.validate();
    if (failure !== undefined) return badRequest('ValidationFailed', failure.message);
    const keyFieldValue = event.keyFieldValue();
    if (!keyFieldValue) {
      return badRequest('KeyFieldEmpty', `Key field '${definition.keyField}' is empty`);
    }
    const session = sessions.of(stream, keyFieldValue);
    return session instanceof Promise
      ? session.then((current) => store(stream.topic, event, current))
      : store(stream.topic, event, session);
  }

  function store(topic: string, event: ReceivedEvent, session: SessionCipher): Promise<GatewayResponse> {
    const { keyLink } = session;
    const cipher = session.cipher();
    const value = event.seal({ nonce: nonce(), timestamp: clock.now(), keyLink }, (text) =>
      cipher.encrypt(text),
    );
    failpoint('gateway.beforeProduce');
    return batching.append({ topic, key: Buffer.from(keyLink), value }).then(toAccepted);
  }

  return (request) => {
    try {
      return accept(request);
    } catch (error) {
      return refusalOf(error);
    }
  };
}

type Answer = GatewayResponse | Promise<GatewayResponse>;

function toAccepted(): GatewayResponse {
  failpoint('gateway.afterProduce');
  return accepted;
}

const parsing = (answer: Promise<GatewayResponse>): Promise<GatewayResponse> => answer.catch(refusalOf);

function refusalOf(error: unknown): GatewayResponse {
  if (error instanceof EventParseError) return badRequest('Unparsable', error.message);
  throw error;
}

type Found = CompiledContract | GatewayResponse;

function isResponse(value: Found): value is GatewayResponse {
  return 'status' in value;
}

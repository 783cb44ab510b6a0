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
import { receiveEvent } from './received-event.ts';
import type { SessionCiphers } from './session-cipher.ts';

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
 * Takes one event of an authenticated sender through contract, encryption and log. Resolves with 204 once the log has
 * it, with 400 when it is not an event that its contract accepts.
 * @throws whatever the control plane, the key store or the log throw: the event was then not accepted
 */
export function createAcceptEvent(
  options: AcceptEventOptions,
): (request: EventRequest) => Promise<GatewayResponse> {
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

  async function accept({ stream, body, schemaRef, serialization }: EventRequest): Promise<GatewayResponse> {
    if (!schemaRef) {
      return badRequest(
        'SchemaRefMissing',
        'The header Strm-Schema-Ref is missing: <handle>/<name>/<version>',
      );
    }
    const found = find(schemaRef);
    // Every wait costs a turn of the queue: only what is not there is waited for.
    const writer = found instanceof Promise ? await found : found;
    if (isResponse(writer)) return writer;
    const read = receiveEvent(writer, valueFormat, body, serialization);

    const { contractRef } = read;
    const contract = contractRef === schemaRef ? writer : await find(contractRef);
    if (isResponse(contract)) return contract;
    if (contract.schema.fingerprint !== writer.schema.fingerprint) {
      const message = `Data contract '${contractRef}' has another schema than '${schemaRef}'`;
      return badRequest('SchemaMismatch', message);
    }
    if (contract.definition.state !== 'ACTIVE') {
      const message = `Data contract '${contractRef}' is ${contract.definition.state}; only ACTIVE contracts accept events`;
      return badRequest('ContractNotActive', message);
    }
    const event = contract === writer ? read : receiveEvent(contract, valueFormat, body, serialization);
    const failure = event.validate();
    if (failure !== undefined) return badRequest('ValidationFailed', failure.message);
    const keyFieldValue = event.keyFieldValue();
    if (!keyFieldValue) {
      return badRequest('KeyFieldEmpty', `Key field '${contract.definition.keyField}' is empty`);
    }

    const current = sessions.of(stream, keyFieldValue);
    const session = current instanceof Promise ? await current : current;
    const { keyLink } = session;
    const cipher = session.cipher();
    const value = event.seal({ nonce: nonce(), timestamp: clock.now(), keyLink }, (text) =>
      cipher.encrypt(text),
    );
    failpoint('gateway.beforeProduce');
    await batching.append({ topic: stream.topic, key: Buffer.from(keyLink), value });
    failpoint('gateway.afterProduce');
    return accepted;
  }

  return async (request) => {
    try {
      return await accept(request);
    } catch (error) {
      if (error instanceof EventParseError) return badRequest('Unparsable', error.message);
      throw error;
    }
  };
}

type Found = CompiledContract | GatewayResponse;

function isResponse(value: Found): value is GatewayResponse {
  return 'status' in value;
}

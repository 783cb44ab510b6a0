import type { FirstFailure, ValidationFailure } from '../compile-contract.ts';
import type { EventStamp } from '../event-meta.ts';
import type { EventSchema } from '../event-schema.ts';
import { compileOpenBody } from '../open-body.ts';
import { confluentHeader } from '../record-value.ts';
import type { ContractDefinition } from '../types.ts';
import { compileScanner } from './compile-scanner.ts';
import type { ScannedEvent } from './scanned-event.ts';

/** What a contract does with an event, without building the event: for the path of every event. */
export interface ContractBytes {
  /** Reads a body as EventSchema.parse does. @throws EventParseError */
  read(body: Buffer, serialization?: string): ScannedEvent;
  /** The first validation that fails. A field that is null or absent is not validated. */
  validate(event: ScannedEvent): ValidationFailure | undefined;
  /** Names the session; undefined when null. */
  keyFieldValue(event: ScannedEvent): string | undefined;
  /** The event as a value of the log (`confluent`), every text of the personal fields replaced and the stamp's set. */
  seal(event: ScannedEvent, stamp: EventStamp, replace: (text: string) => string): Buffer;
}

/** @param firstFailure the contract's validations, over the texts of an event's paths */
export function compileContractBytes(
  { keyField, fields, validations, schemaId }: ContractDefinition,
  schema: EventSchema,
  firstFailure: FirstFailure,
): ContractBytes | undefined {
  const personal = fields.filter(({ isPii }) => isPii).map(({ fieldName }) => fieldName);
  const paths = [...new Set([...personal, keyField, ...validations.map(({ field }) => field)])];
  const indexes = new Map(paths.map((path, index) => [path, index]));
  const indexOf = (path: string): number => indexes.get(path) ?? paths.length;
  const key = indexOf(keyField);
  const scanner = schema.kind === 'avro' ? compileScanner(schema.shape, paths) : undefined;
  if (scanner === undefined) return undefined;
  const header = confluentHeader(schemaId);
  const openBody = compileOpenBody(schema.shape);
  const readers = {
    avro: (bytes: Buffer) => scanner.scan(bytes),
    json: (text: string) => scanner.scan(schema.encode(schema.fromJsonText(text))),
  };
  return {
    read: (body, serialization) => openBody(body, serialization, readers),
    validate: (event) => firstFailure(({ path }) => event.textOrTexts(indexOf(path))),
    keyFieldValue: (event) => event.text(key),
    // The personal fields are the first of the paths.
    seal: (event, stamp, replace) =>
      event.splice(header, stamp, (path, text) => (path < personal.length ? replace(text) : undefined)),
  };
}

import { z } from 'zod';
import {
  InvalidRecordError,
  InvalidRequestError,
  InvalidTopicError,
  LogUnavailableError,
  PartitionsLostError,
  ProducerFencedError,
  RecordTooLargeError,
  TopicExistsError,
  TopicNotFoundError,
} from '../../errors.ts';

export interface WireError {
  readonly code: string;
  readonly fields: Record<string, unknown>;
}

const topic = z.object({ topic: z.string() });
const reason = z.object({ reason: z.string() });

/** Every refusal that crosses the socket: how it is written down, and how it is made again on the other side. */
const refusals = {
  TopicExistsError: (f: unknown) => new TopicExistsError(topic.parse(f).topic),
  TopicNotFoundError: (f: unknown) => new TopicNotFoundError(topic.parse(f).topic),
  InvalidTopicError: (f: unknown) => new InvalidTopicError(reason.parse(f).reason),
  InvalidRecordError: (f: unknown) => new InvalidRecordError(topic.parse(f).topic, reason.parse(f).reason),
  RecordTooLargeError: (f: unknown) => {
    const { size, limit } = z.object({ size: z.number(), limit: z.number() }).parse(f);
    return new RecordTooLargeError(topic.parse(f).topic, size, limit);
  },
  LogUnavailableError: (f: unknown) => new LogUnavailableError(reason.parse(f).reason),
  ProducerFencedError: (f: unknown) =>
    new ProducerFencedError(z.object({ transactionalId: z.string() }).parse(f).transactionalId),
  PartitionsLostError: (f: unknown) =>
    new PartitionsLostError(z.object({ group: z.string() }).parse(f).group),
  InvalidRequestError: (f: unknown) => new InvalidRequestError(reason.parse(f).reason),
} as const;

function isRefusalCode(code: string): code is keyof typeof refusals {
  return Object.hasOwn(refusals, code);
}

/** Whether the error is one that a request may be answered with, rather than a fault of the engine. */
export function isRefusal(error: unknown): error is Error {
  return error instanceof Error && isRefusalCode(error.name);
}

/** A fault is told as unavailability, without its details: those are the engine's own business. */
export function toWireError(error: unknown): WireError {
  if (!isRefusal(error)) return toWireError(new LogUnavailableError('the engine failed on the request'));
  const fields = Object.entries(error).filter(([field]) => field !== 'name');
  return { code: error.name, fields: Object.fromEntries(fields) };
}

export function fromWireError({ code, fields }: WireError): Error {
  if (!isRefusalCode(code)) return new LogUnavailableError('the engine answered with an unknown error');
  try {
    return refusals[code](fields);
  } catch (cause) {
    return new LogUnavailableError('the engine answered with a malformed error', { cause });
  }
}

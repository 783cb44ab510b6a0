import { EventParseError } from './errors.ts';
import type { EventRecord } from './types.ts';

/** What the gateway fills in. */
export interface EventStamp {
  readonly nonce: number;
  /** Arrival, milliseconds since the epoch. */
  readonly timestamp: number;
  readonly keyLink: string;
}

/** The part of an event that says how it is to be handled. */
export interface EventMeta {
  readonly contractRef: string;
  /** Anything but a list of whole numbers counts as no consent. */
  readonly consentLevels: readonly number[];
  readonly keyLink: string | null;
}

/** @throws EventParseError when the event has no usable `strmMeta` */
export function readMeta(event: EventRecord): EventMeta {
  const meta = metaOf(event);
  const contractRef = meta['eventContractRef'];
  if (typeof contractRef !== 'string')
    throw new EventParseError('strmMeta/eventContractRef', 'must be string');
  const levels = meta['consentLevels'];
  const keyLink = meta['keyLink'];
  return {
    contractRef,
    consentLevels: Array.isArray(levels) && levels.every((level) => Number.isInteger(level)) ? levels : [],
    keyLink: typeof keyLink === 'string' ? keyLink : null,
  };
}

/** The event with the fields of the gateway set, whatever the sender put there. The given event stays as it is. */
export function stampEvent(event: EventRecord, { nonce, timestamp, keyLink }: EventStamp): EventRecord {
  const meta = metaOf(event);
  const stamped = { ...meta, nonce, timestamp, keyLink };
  return { ...event, strmMeta: 'billingId' in meta ? { ...stamped, billingId: null } : stamped };
}

function metaOf(event: EventRecord): EventRecord {
  const meta = event['strmMeta'];
  if (typeof meta !== 'object' || meta === null) throw new EventParseError('strmMeta', 'must be record');
  return meta as EventRecord;
}

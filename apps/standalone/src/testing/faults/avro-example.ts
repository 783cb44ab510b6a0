/** An event of the example contract 1.5.0 as it stands on the log, read by the published schema alone. */
export interface StoredEvent {
  readonly eventContractRef: string;
  readonly nonce: number | null;
  readonly timestamp: number | null;
  readonly keyLink: string | null;
  readonly consentLevels: readonly number[];
  readonly uniqueIdentifier: string | null;
  readonly consistentValue: string;
  readonly someSensitiveValue: string | null;
  readonly notSensitiveValue: string | null;
}

const registryHeaderBytes = 5;

/**
 * Reads a value of the log: a zero byte, the schema's number, and Avro's binary encoding.
 * @throws RangeError for anything else
 */
export function readStoredEvent(value: Uint8Array): StoredEvent {
  if (value[0] !== 0) throw new RangeError('the value does not begin as one of the log');
  let at = registryHeaderBytes;

  function long(): number {
    let result = 0n;
    for (let shift = 0n; ; shift += 7n) {
      const byte = value[at];
      if (byte === undefined) throw new RangeError('the value ends too soon');
      at += 1;
      result |= BigInt(byte & 0x7f) << shift;
      if (byte < 0x80) break;
    }
    return Number((result >> 1n) ^ -(result & 1n));
  }
  function text(): string {
    const length = long();
    at += length;
    if (length < 0 || at > value.length) throw new RangeError('the value ends within a text');
    return Buffer.from(value.subarray(at - length, at)).toString('utf8');
  }
  function optional<T>(read: () => T): T | null {
    const branch = long();
    if (branch !== 0 && branch !== 1) throw new RangeError('the value names a branch that does not exist');
    return branch === 0 ? null : read();
  }
  function longs(): readonly number[] {
    const items: number[] = [];
    for (let count = long(); count !== 0; count = long()) {
      if (count < 0) long();
      for (let left = Math.abs(count); left > 0; left -= 1) items.push(long());
    }
    return items;
  }

  const eventContractRef = text();
  const [nonce, timestamp] = [optional(long), optional(long)];
  const keyLink = optional(text);
  // The billing id, which nothing sets.
  optional(text);
  const event = {
    eventContractRef,
    nonce,
    timestamp,
    keyLink,
    consentLevels: longs(),
    uniqueIdentifier: optional(text),
    consistentValue: text(),
    someSensitiveValue: optional(text),
    notSensitiveValue: optional(text),
  };
  if (at !== value.length) throw new RangeError('the value goes on behind its end');
  return event;
}

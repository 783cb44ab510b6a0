/** The topic is there already. */
export class TopicExistsError extends Error {
  override readonly name = 'TopicExistsError';
  readonly topic: string;
  constructor(topic: string, options?: ErrorOptions) {
    super(`topic ${topic} exists already`, options);
    this.topic = topic;
  }
}

/** There is no such topic, or not the one with the id that was given. */
export class TopicNotFoundError extends Error {
  override readonly name = 'TopicNotFoundError';
  readonly topic: string;
  constructor(topic: string, options?: ErrorOptions) {
    super(`topic ${topic} does not exist`, options);
    this.topic = topic;
  }
}

/** A name or a specification that no topic may have. */
export class InvalidTopicError extends Error {
  override readonly name = 'InvalidTopicError';
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`not a valid topic: ${reason}`, options);
    this.reason = reason;
  }
}

/** A record that the log refuses for what it is, whatever its size; nothing of its call was stored. */
export class InvalidRecordError extends Error {
  override readonly name = 'InvalidRecordError';
  readonly topic: string;
  readonly reason: string;
  constructor(topic: string, reason: string, options?: ErrorOptions) {
    super(`record refused by topic ${topic}: ${reason}`, options);
    this.topic = topic;
    this.reason = reason;
  }
}

/** Key, value and headers, or all records of one call, are larger than the log takes. Sizes in bytes. */
export class RecordTooLargeError extends Error {
  override readonly name = 'RecordTooLargeError';
  readonly topic: string;
  readonly size: number;
  readonly limit: number;
  constructor(topic: string, size: number, limit: number, options?: ErrorOptions) {
    super(`${size} bytes for topic ${topic} exceed the limit of ${limit}`, options);
    this.topic = topic;
    this.size = size;
    this.limit = limit;
  }
}

/** The log does not answer, or could not store: whether a write in flight took place is unknown. Worth retrying later. */
export class LogUnavailableError extends Error {
  override readonly name = 'LogUnavailableError';
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`the event log is not available: ${reason}`, options);
    this.reason = reason;
  }
}

/** A newer producer of the same transactional id took over, or this one is spent after an error. */
export class ProducerFencedError extends Error {
  override readonly name = 'ProducerFencedError';
  readonly transactionalId: string;
  constructor(transactionalId: string, options?: ErrorOptions) {
    super(`the producer of transactional id ${transactionalId} may not commit any more`, options);
    this.transactionalId = transactionalId;
  }
}

/** The member does not own these partitions (any more), so it may not commit their offsets. */
export class PartitionsLostError extends Error {
  override readonly name = 'PartitionsLostError';
  readonly group: string;
  constructor(group: string, options?: ErrorOptions) {
    super(`partitions of group ${group} are no longer held by this member`, options);
    this.group = group;
  }
}

/** A request that no correct caller sends: an argument out of its bounds, or a limit of the connection exceeded. */
export class InvalidRequestError extends Error {
  override readonly name = 'InvalidRequestError';
  readonly reason: string;
  constructor(reason: string, options?: ErrorOptions) {
    super(`the event log refused the request: ${reason}`, options);
    this.reason = reason;
  }
}

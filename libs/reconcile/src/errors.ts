import type { ResourceKey } from './types.ts';

/** One key stands twice in a list that must name each key once. Nothing may be decided from such a list. */
export class DuplicateKeyError extends Error {
  override readonly name = 'DuplicateKeyError';
  readonly list: 'desired' | 'observed';
  readonly key: ResourceKey;

  constructor(list: 'desired' | 'observed', key: ResourceKey) {
    super(`${key.kind} ${key.id} stands twice in the ${list} list`);
    this.list = list;
    this.key = key;
  }
}

export interface ApplyErrorOptions extends ErrorOptions {
  /** Stable PascalCase code for reports; the class's own where absent. */
  readonly reason?: string;
}

/**
 * Thrown by an adapter where a retry cannot help: the engine understood the request and refused it. The key waits for
 * another desired hash, or the longest backoff (a quota gets fixed without one).
 */
export class TerminalError extends Error {
  override readonly name = 'TerminalError';
  readonly reason: string;

  constructor(message: string, { reason = 'Refused', ...options }: ApplyErrorOptions = {}) {
    super(message, options);
    this.reason = reason;
  }
}

/**
 * Thrown by an adapter or a source where a retry may help. Any other error counts as this one; the class is there to
 * give a reason, or to say how long to wait: as long as the engine asked to be left alone, and no longer than makes sense.
 */
export class TransientError extends Error {
  override readonly name = 'TransientError';
  readonly reason: string;
  readonly retryAfterMs: number | undefined;
  /** Waits grow up to this; absent: up to 15 min. */
  readonly longestBackoffMs: number | undefined;

  constructor(
    message: string,
    {
      reason = 'ApplyFailed',
      retryAfterMs,
      longestBackoffMs,
      ...options
    }: ApplyErrorOptions & { readonly retryAfterMs?: number; readonly longestBackoffMs?: number } = {},
  ) {
    super(message, options);
    this.reason = reason;
    this.retryAfterMs = retryAfterMs;
    this.longestBackoffMs = longestBackoffMs;
  }
}

/** Thrown by an adapter that meets an object under the desired name which we did not make. It has left it alone. */
export class ForeignObjectError extends Error {
  override readonly name = 'ForeignObjectError';
  readonly key: ResourceKey;

  constructor(key: ResourceKey, options?: ErrorOptions) {
    super(`${key.kind} ${key.id} exists and is not ours`, options);
    this.key = key;
  }
}

/** A step did not end in the time it was given. Its signal has been aborted. */
export class DeadlineExceededError extends Error {
  override readonly name = 'DeadlineExceededError';
  readonly step: string;
  readonly timeoutMs: number;

  constructor(step: string, timeoutMs: number) {
    super(`${step} took longer than ${timeoutMs} ms`);
    this.step = step;
    this.timeoutMs = timeoutMs;
  }
}

/** A stored document is not what this version of the core wrote. */
export class UnreadableDocumentError extends Error {
  override readonly name = 'UnreadableDocumentError';
  readonly document: string;

  constructor(document: string, options?: ErrorOptions) {
    super(`the stored document "${document}" is not readable`, options);
    this.document = document;
  }
}

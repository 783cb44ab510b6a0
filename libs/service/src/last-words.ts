import { closeSync, ftruncateSync, openSync, writeSync } from 'node:fs';

/** Where Kubernetes looks for what a container has to say of its end. */
const terminationLog = '/dev/termination-log';

/** It keeps 4,096 bytes; a character may take six of them in JSON. */
const longestMessage = 600;

/**
 * Leaves the reason why a process cannot go on, for the case that it ends. Nothing is made where there is no such file.
 * `@ccd/cluster` reads the same shape; the two packages don't know each other.
 */
export function leaveLastWords(
  words: { readonly reason: string; readonly message: string } | undefined,
  file = terminationLog,
): void {
  try {
    const opened = openSync(file, 'r+');
    try {
      ftruncateSync(opened);
      if (words !== undefined)
        writeSync(opened, JSON.stringify({ ...words, message: words.message.slice(0, longestMessage) }));
    } finally {
      closeSync(opened);
    }
  } catch {
    // Not a container of Kubernetes.
  }
}

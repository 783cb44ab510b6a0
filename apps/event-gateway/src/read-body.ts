import type { Readable } from 'node:stream';
import type { BodyCollector } from './body-collector.ts';

/**
 * Reads a stream into a collector.
 * @param isWhole asked at its end, since a request that was cut off ends like any other
 */
export function readBody(stream: Readable, collector: BodyCollector, isWhole: () => boolean): void {
  const abort = (): void => {
    collector.abort();
  };
  if (stream.destroyed) {
    abort();
    return;
  }
  stream
    .on('data', (chunk: Buffer) => {
      collector.take(chunk);
    })
    .on('end', () => {
      if (isWhole()) collector.end();
      else abort();
    })
    .on('close', abort)
    .on('error', abort);
}

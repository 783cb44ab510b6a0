import { createJsonFile } from '@ccd/dataplane';
import type { Clock } from '@ccd/reconcile';
import type { Component, Logger } from '@ccd/service';
import { errorFields } from '@ccd/service';
import { z } from 'zod';
import type { MonthlyUse, StreamLimits } from './stream-limits.ts';

const useSchema = z.object({ month: z.string(), events: z.record(z.string(), z.int()) });

export interface StreamUseFileOptions {
  readonly path: string;
  readonly limits: Pick<StreamLimits, 'resume' | 'use'>;
  readonly clock: Clock;
  readonly logger: Logger;
  /** What a crash may forget. @default 60 000 ms */
  readonly intervalMs?: number;
}

/** Keeps what streams have used of their month between starts. */
export function createStreamUseFile(options: StreamUseFileOptions): Component {
  const { path, limits, clock, logger, intervalMs = 60_000 } = options;
  const file = createJsonFile<MonthlyUse>(path, useSchema);
  const stopping = new AbortController();
  let saved = '';
  let loop: Promise<void> = Promise.resolve();

  async function save(): Promise<void> {
    const use = limits.use();
    const text = JSON.stringify(use);
    if (text === saved) return;
    try {
      await file.save(use);
      saved = text;
    } catch (error) {
      logger.warn({ error: errorFields(error) }, 'what streams have used of their month could not be kept');
    }
  }

  return {
    name: 'stream-use',
    async start() {
      const use = await file.load();
      if (use !== undefined) limits.resume(use);
      saved = JSON.stringify(limits.use());
      loop = (async () => {
        while (!stopping.signal.aborted) {
          await clock.sleep(intervalMs, stopping.signal).catch(() => {});
          await save();
        }
      })();
    },
    async stop() {
      stopping.abort();
      await loop;
    },
  };
}

import { setTimeout as delay } from 'node:timers/promises';
import type { Run } from '../entities.ts';
import { createExporter, createFolderConnector } from '../entities.ts';

/** What the user who asked for it knows of an entity. */
export type Known = 'present' | 'absent' | 'unknown';

/** Somebody who makes and deletes streams, connectors and exporters through the public API all the time. */
export interface Churn {
  /** By kind as `strm list` has it, and name. */
  readonly entities: Readonly<Record<EntityKind, ReadonlyMap<string, Known>>>;
  stop(): Promise<void>;
}

export type EntityKind = 'streams' | 'data-connectors' | 'batch-exporters';

/** Between two steps, so that the agents see each of them. */
const pauseMs = 400;

/** @param folder for files that commands need */
export function startChurn(strm: Run, folder: string): Churn {
  const entities: Record<EntityKind, Map<string, Known>> = {
    streams: new Map(),
    'data-connectors': new Map(),
    'batch-exporters': new Map(),
  };
  const stopping = new AbortController();

  /** One step whose outcome is known only when it is confirmed. */
  async function step(
    kind: EntityKind,
    names: readonly string[],
    then: Exclude<Known, 'unknown'>,
    work: () => Promise<unknown>,
  ): Promise<void> {
    if (stopping.signal.aborted) return;
    for (const name of names) entities[kind].set(name, 'unknown');
    try {
      await work();
      for (const name of names) entities[kind].set(name, then);
    } catch {
      // Some app was killed under it, or the step before did not take place.
    }
    await delay(pauseMs, undefined, { signal: stopping.signal }).catch(() => {});
  }

  async function round(number: number): Promise<void> {
    const [source, derived] = [`churn-${number}`, `churn-${number}-1`];
    const [connector, exporter] = [`files-${number}`, `export-${number}`];
    await step('streams', [source], 'present', () => strm('create', 'stream', source));
    await step('streams', [derived], 'present', () =>
      strm('create', 'stream', derived, '--derived-from', source, '--purposes', '1'),
    );
    await step('data-connectors', [connector], 'present', () =>
      createFolderConnector(strm, folder, connector),
    );
    await step('batch-exporters', [exporter], 'present', () =>
      createExporter(strm, connector, source, exporter),
    );
    await delay(2 * pauseMs);
    await step('batch-exporters', [exporter], 'absent', () => strm('delete', 'batch-exporter', exporter));
    await step('data-connectors', [connector], 'absent', () => strm('delete', 'data-connector', connector));
    await step('streams', [source, derived], 'absent', () => strm('delete', 'stream', source, '--recursive'));
  }

  const running = (async () => {
    for (let number = 0; !stopping.signal.aborted; number += 1) await round(number);
  })();
  return {
    entities,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

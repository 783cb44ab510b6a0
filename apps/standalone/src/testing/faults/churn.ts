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

/** `light`: of streams and connectors, which cost the agents no process. `heavy`: of what has workers. */
export type ChurnRound = 'light' | 'heavy';

/**
 * @param folder for files that commands need
 * @param pauseMs between two steps, so that the agents see each of them
 */
export function startChurn(strm: Run, folder: string, rounds: readonly ChurnRound[], pauseMs = 400): Churn {
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

  const create = (kind: EntityKind, name: string, work: () => Promise<unknown>) =>
    step(kind, [name], 'present', work);
  const remove = (kind: EntityKind, names: readonly string[], ...argv: string[]) =>
    step(kind, names, 'absent', () => strm('delete', ...argv));
  const createConnector = (name: string) =>
    create('data-connectors', name, () => createFolderConnector(strm, folder, name));

  async function light(number: number): Promise<void> {
    const [stream, connector] = [`light-${number}`, `light-files-${number}`];
    await createConnector(connector);
    await create('streams', stream, () => strm('create', 'stream', stream));
    await remove('data-connectors', [connector], 'data-connector', connector);
    await remove('streams', [stream], 'stream', stream);
  }

  async function heavy(number: number): Promise<void> {
    const [source, derived] = [`heavy-${number}`, `heavy-${number}-1`];
    const [connector, exporter] = [`heavy-files-${number}`, `heavy-export-${number}`];
    await create('streams', source, () => strm('create', 'stream', source));
    const flags = ['--derived-from', source, '--purposes', '1'];
    await create('streams', derived, () => strm('create', 'stream', derived, ...flags));
    await createConnector(connector);
    await create('batch-exporters', exporter, () => createExporter(strm, connector, source, exporter));
    await delay(2 * pauseMs);
    await remove('batch-exporters', [exporter], 'batch-exporter', exporter);
    await remove('data-connectors', [connector], 'data-connector', connector);
    await remove('streams', [source, derived], 'stream', source, '--recursive');
  }

  const running = Promise.all(
    rounds.map(async (round) => {
      const go = { light, heavy }[round];
      for (let number = 0; !stopping.signal.aborted; number += 1) await go(number);
    }),
  );
  return {
    entities,
    async stop() {
      stopping.abort();
      await running;
    },
  };
}

import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createFolderStore } from '@ccd/storage';
import type { Bench } from '@ccd/testkit/bench';
import { createSourceStream, startEmbeddedEngines } from '../../decrypter/bench/source-stream.ts';
import { takeTurns } from '../../decrypter/bench/take-turns.ts';
import { copyAll, exportAll, forget } from './passes.ts';

/** The exporter against a loop that copies the same events into the same store, each alone with the engine, in turn. */
export const bench: Bench = {
  title: 'batch-exporter: events per second of CPU time, JSON lines into a folder, embedded log',
  async run({ quick, progress }) {
    const events = quick ? 20_000 : 200_000;
    const source = await createSourceStream(await startEmbeddedEngines());
    const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
    const store = createFolderStore({ root: join(folder, 'objects'), bucket: 'bench' });
    try {
      progress(`${events} events`);
      await source.fill(events);
      const { copied, exported } = await takeTurns(
        {
          copied: () => copyAll(source, events, { store }),
          exported: () => exportAll(source, events, { store, folder }),
        },
        { rounds: quick ? 2 : 5, progress, cleanUp: () => forget(source, store) },
      );
      return [
        {
          what: 'events exported',
          value: events / exported.cpu,
          unit: '/s',
          better: 'more',
          baseline: { what: 'a loop that copies them into the same store', value: events / copied.cpu },
          goal: { of: 'ratio', bound: 'at least', limit: 0.6 },
        },
      ];
    } finally {
      await store.close();
      await source.close();
      rmSync(folder, { recursive: true, force: true });
    }
  },
};

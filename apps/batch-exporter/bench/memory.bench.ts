import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { createFolderStore } from '@ccd/storage';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { createSourceStream, startEmbeddedEngines } from '../../decrypter/bench/source-stream.ts';
import { startDeriving } from '../../decrypter/bench/deriving.ts';
import { soakSeconds } from './config.ts';
import { startExporting } from './exporting.ts';

interface Sample {
  readonly seconds: number;
  readonly megabytes: number;
}

const eventsPerTurn = 500;

/** Megabytes that are gained each minute: the slope of the line with the least squares. */
function slopePerMinute(samples: readonly Sample[]): number {
  const mean = (of: (sample: Sample) => number): number =>
    samples.reduce((sum, sample) => sum + of(sample), 0) / samples.length;
  const [x, y] = [mean(({ seconds }) => seconds), mean(({ megabytes }) => megabytes)];
  const [covariance, variance] = [
    mean(({ seconds, megabytes }) => (seconds - x) * (megabytes - y)),
    mean(({ seconds }) => (seconds - x) ** 2),
  ];
  return (covariance / variance) * 60;
}

/**
 * Decrypter and exporter at work on a stream that is filled meanwhile, in one process: what they hold must not grow.
 * `SOAK_SECONDS=600 npm run bench -- memory` is the long run.
 */
export const bench: Bench = {
  title: 'decrypter and exporter: memory under load (heap and buffers in use after collection)',
  async run({ quick, progress }) {
    const seconds = Number(soakSeconds ?? (quick ? 8 : 60));
    const source = await createSourceStream(await startEmbeddedEngines());
    const folder = mkdtempSync(join(tmpdir(), 'ccd-bench-'));
    const store = createFolderStore({ root: join(folder, 'objects'), bucket: 'bench' });
    const samples: Sample[] = [];
    const [deriving, exporting] = [startDeriving(source), startExporting(source, { store, folder })];
    const start = performance.now();
    const elapsed = (): number => (performance.now() - start) / 1_000;
    let filled = 0;
    try {
      while (elapsed() < seconds) {
        await source.fill(eventsPerTurn);
        filled += eventsPerTurn;
        // Waits for whoever is behind, so that the load is what they bear.
        while (Math.min(deriving.events(), exporting.events()) < filled - 4 * eventsPerTurn) await sleep(20);
        if (elapsed() < samples.length) continue;
        global.gc?.();
        const { heapUsed, external, rss } = process.memoryUsage();
        samples.push({ seconds: elapsed(), megabytes: (heapUsed + external) / 1e6 });
        if (samples.length % 30 === 0) {
          progress(`${Math.round(elapsed())} s: ${filled} events, RSS ${Math.round(rss / 1e6)} MB`);
        }
      }
    } finally {
      await Promise.all([deriving.stop(), exporting.stop()]);
      await store.close();
      await source.close();
      rmSync(folder, { recursive: true, force: true });
    }
    // The first half fills caches and pools.
    const later = samples.slice(Math.floor(samples.length / 2));
    const figure = (what: string, value: number, unit: string, goal?: Figure['goal']): Figure => ({
      what,
      value,
      unit,
      better: 'less',
      ...(goal === undefined ? {} : { goal }),
    });
    return [
      figure(
        `growth over the second half of ${Math.round(seconds)} s, ${filled.toLocaleString('en')} events`,
        slopePerMinute(later),
        'MB/min',
        // A short run says little: caches still fill.
        seconds < 300 ? undefined : { of: 'value', bound: 'at most', limit: 1 },
      ),
      figure('in use at the end', later.at(-1)?.megabytes ?? Number.NaN, 'MB'),
      figure('resident at the end', process.memoryUsage.rss() / 1e6, 'MB'),
    ];
  },
};

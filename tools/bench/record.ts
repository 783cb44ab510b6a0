import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { isFigure, ratioOf } from '@ccd/testkit/bench';
import type { Figure, MissingFigure } from '@ccd/testkit/bench';

export interface BenchResult {
  readonly name: string;
  readonly title: string;
  readonly figures: readonly (Figure | MissingFigure)[];
}

/** A run whose ratios later runs are compared with. */
export interface BenchRecord {
  readonly date: string;
  readonly machine: string;
  readonly results: readonly BenchResult[];
}

/** The record in a file; undefined where there is none. */
export function readRecord(file: string): BenchRecord | undefined {
  return existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as BenchRecord) : undefined;
}

/** Replaces in the record what was measured anew, keeps the rest, and gives the whole. */
export function writeRecord(file: string, fresh: BenchRecord): BenchRecord {
  const measured = new Set(fresh.results.map(({ name }) => name));
  const kept = readRecord(file)?.results.filter(({ name }) => !measured.has(name)) ?? [];
  const results = [...kept, ...fresh.results].toSorted((one, other) => (one.name < other.name ? -1 : 1));
  const record = { ...fresh, results };
  writeFileSync(file, `${JSON.stringify(record, null, 2)}\n`);
  return record;
}

const tolerance = 0.2;

/** Sentences about ratios that got worse by more than a fifth since the record. Figures without a baseline, or in doubt, have none. */
export function worsened(record: BenchRecord, results: readonly BenchResult[]): readonly string[] {
  return results.flatMap(({ name, figures }) => {
    const before = new Map(
      record.results
        .find((result) => result.name === name)
        ?.figures.filter(isFigure)
        .map((figure) => [figure.what, figure]),
    );
    return figures.filter(isFigure).flatMap((figure) => {
      const old = before.get(figure.what);
      if (figure.doubt !== undefined || old?.doubt !== undefined) return [];
      const [then, now] = [old && ratioOf(old), ratioOf(figure)];
      if (then === undefined || now === undefined) return [];
      const change = figure.better === 'more' ? then / now - 1 : now / then - 1;
      if (change <= tolerance) return [];
      const against = figure.baseline?.what ?? '';
      return `${name}: ${figure.what} is ${now.toFixed(2)} × ${against}; it was ${then.toFixed(2)} × on ${record.date}`;
    });
  });
}

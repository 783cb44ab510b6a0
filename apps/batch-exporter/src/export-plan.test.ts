import { describe, expect, it } from '@jest/globals';
import { ForeignMetadataError, doneMetadata, planMetadata, readProgress } from './export-plan.ts';

const plan = { key: 'prefix/object.jsonl', boundary: 60_000, start: 5, end: 12, sha256: 'a'.repeat(64) };

describe(readProgress, () => {
  it('finds the plan that was committed, starting at the committed offset', () => {
    expect(readProgress(5, planMetadata(plan))).toEqual({ state: 'planned', plan });
  });

  it('finds the boundary of the last object', () => {
    expect(readProgress(12, doneMetadata(60_000))).toEqual({ state: 'done', boundary: 60_000 });
  });

  it.each([undefined, ''])('takes a partition without metadata (%p) as fresh', (metadata) => {
    expect(readProgress(0, metadata)).toEqual({ state: 'fresh' });
  });

  it.each(['hello', '{}', '{"plan":{"key":"","boundary":1,"end":9}}', '{"done":"x"}', '[]'])(
    'refuses metadata that is not ours: %s',
    (metadata) => {
      expect(() => readProgress(5, metadata)).toThrow(ForeignMetadataError);
    },
  );

  it('refuses a plan that ends before it starts', () => {
    expect(() => readProgress(12, planMetadata(plan))).toThrow(ForeignMetadataError);
  });

  it('stays within the 4096 characters of commit metadata for the longest key', () => {
    expect(planMetadata({ ...plan, key: 'k'.repeat(1024) }).length).toBeLessThan(4096);
  });
});

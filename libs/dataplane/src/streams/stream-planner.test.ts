import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryCluster } from '@ccd/cluster/testing';
import type { DesiredStream } from '@ccd/controlplane';
import type { Desired, DesiredSnapshot } from '@ccd/reconcile';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { createStreamPlanner } from './stream-planner.ts';

const { signal } = new AbortController();
const common = { projectId: 'p', enabled: true };
const answer: DesiredSnapshot<DesiredStream> = {
  items: [
    toDesired({ ...common, kind: 'source', uuid: 'a', name: 'clicks', topic: 'stream-a', policyId: '' }),
    derived('b', 1),
    derived('c', 2),
  ],
  removed: [],
};

function derived(uuid: string, level: number): Desired<DesiredStream> {
  return toDesired({
    ...common,
    kind: 'derived',
    uuid,
    name: `clicks-${uuid}`,
    topic: `stream-${uuid}`,
    source: 'clicks',
    consent: { type: 'GRANULAR', levels: [level] },
    policyId: '',
  });
}

function toDesired(spec: DesiredStream): Desired<DesiredStream> {
  return { key: { kind: 'stream', id: spec.uuid }, hash: spec.uuid, spec };
}

describe(createStreamPlanner, () => {
  const folder = scratchDir();
  const write = (name: string, content: unknown): string => {
    const file = join(folder, name);
    writeFileSync(file, JSON.stringify(content));
    return file;
  };
  const guardrails = { purposes: [1], destinations: 'any', keyExport: true };
  it.each([
    ['whole', {}, ['stream-a', 'stream-b', 'stream-c', 'decrypter-a']],
    [
      'with dead letters',
      { deadLettersFile: write('dead-letters.json', [{ stream: 'a', partition: 0, upTo: 7 }]) },
      ['stream-a', 'stream-b', 'stream-c', 'dlq-a', 'decrypter-a'],
    ],
    [
      'with a stream that the guardrails forbid',
      { guardrailsFile: write('guardrails.json', guardrails) },
      ['stream-a', 'stream-b', 'stream-c', 'decrypter-a'],
    ],
  ])(
    'plans an answer once for as long as it holds, %s: the same objects each time',
    async (_, files, ids) => {
      const plan = createStreamPlanner({
        controlPlane: { desiredStreams: async () => ({ ...answer }) },
        cluster: createMemoryCluster(),
        partitions: 1,
        guardrailsFile: undefined,
        deadLettersFile: undefined,
        ...files,
      });
      const [first, second] = [await plan(signal), await plan(signal)];
      expect(first.resources.map(({ desired }) => desired.key.id)).toEqual(ids);
      for (const [index, { desired }] of first.resources.entries())
        expect(second.resources[index]?.desired).toBe(desired);
    },
  );
});

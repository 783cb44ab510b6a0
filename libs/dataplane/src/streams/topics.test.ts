import type { DesiredStream } from '@ccd/controlplane';
import type { Desired } from '@ccd/reconcile';
import { describe, expect, it } from '@jest/globals';
import { planDeadLetterTopics } from './topics.ts';

const stream = (kind: 'source' | 'keys', uuid: string): Desired<DesiredStream> => {
  const common = { topic: `stream-${uuid}`, uuid, name: uuid, projectId: 'p', enabled: true };
  return {
    key: { kind: 'stream', id: uuid },
    hash: uuid,
    spec: kind === 'source' ? { ...common, kind, policyId: '' } : { ...common, kind },
  };
};

describe(planDeadLetterTopics, () => {
  it('makes one for each source that a person lets an event go of, and for no other', () => {
    const planned = planDeadLetterTopics(
      [stream('source', '1'), stream('keys', '1'), stream('source', '2')],
      [
        { stream: '1', partition: 0, upTo: 1 },
        { stream: '1', partition: 1, upTo: 7 },
        { stream: 'gone', partition: 0, upTo: 0 },
      ],
    );
    expect(planned.map(({ desired }) => [desired.key, desired.spec])).toEqual([
      [
        { kind: 'topic', id: 'dlq-1' },
        {
          name: 'dlq-1',
          partitions: 1,
          config: { cleanup: 'delete', retentionMs: 7 * 24 * 60 * 60 * 1_000 },
        },
      ],
    ]);
  });
});

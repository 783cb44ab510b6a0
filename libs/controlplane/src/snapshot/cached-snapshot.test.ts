import { describe, expect, it } from '@jest/globals';
import { UnreadableDocumentError } from '@ccd/reconcile';
import type { DesiredSnapshot } from '@ccd/reconcile';
import type { DesiredDataConnector, DesiredStream } from '../domain.ts';
import { fromCachedSnapshot, toCachedSnapshot } from './cached-snapshot.ts';

const entity = { uuid: 'u1', name: 'name', projectId: 'p1' };

const streams: DesiredSnapshot<DesiredStream> = {
  revision: { epoch: 'e1', number: 2n ** 60n },
  digest: 'd',
  items: [
    {
      key: { kind: 'stream', id: 'u1' },
      hash: 'h1',
      spec: {
        ...entity,
        topic: 'stream-u1',
        enabled: true,
        kind: 'derived',
        source: 'demo',
        consent: { type: 'GRANULAR', levels: [0, 1] },
        masking: { seed: 's', fieldsByContract: new Map([['a/b/1.0.0', ['x', 'y/z']]]) },
        policyId: '',
      },
    },
  ],
  removed: [{ kind: 'stream', id: 'u9' }],
  rejected: [{ key: { kind: 'stream', id: 'u8' }, message: 'uuid stands twice in the answer' }],
};

describe(fromCachedSnapshot, () => {
  it('reads what was written, large revisions and maps included', () => {
    expect(fromCachedSnapshot('streams', toCachedSnapshot('streams', streams))).toEqual(streams);
  });

  it('reads an answer of a foreign server, which has no revision', () => {
    const foreign: DesiredSnapshot<DesiredStream> = { items: streams.items, removed: [] };
    expect(fromCachedSnapshot('streams', toCachedSnapshot('streams', foreign))).toEqual(foreign);
  });

  it.each([
    '',
    '{',
    '[]',
    '{"version":2,"items":[],"removed":[]}',
    '{"version":1,"items":[{}],"removed":[]}',
  ])('refuses %j', (text) => {
    expect(() => fromCachedSnapshot('streams', text)).toThrow(UnreadableDocumentError);
  });

  it('refuses one list read as another', () => {
    expect(() => fromCachedSnapshot('batch-exporters', toCachedSnapshot('streams', streams))).toThrow(
      UnreadableDocumentError,
    );
  });
});

describe(toCachedSnapshot, () => {
  it('leaves the credentials of connectors out and keeps their hashes', () => {
    const spec: DesiredDataConnector = { ...entity, location: '{"credentials":"AKIA-SECRET"}' };
    const snapshot = {
      items: [{ key: { kind: 'data-connector', id: 'u1' }, spec, hash: 'keyed' }],
      removed: [],
    };
    const text = toCachedSnapshot('data-connectors', snapshot);
    expect(text).not.toContain('SECRET');
    expect(fromCachedSnapshot('data-connectors', text).items).toMatchObject([
      { hash: 'keyed', spec: { location: '' } },
    ]);
  });
});

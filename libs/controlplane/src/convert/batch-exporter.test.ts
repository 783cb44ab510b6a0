import { describe, expect, it } from '@jest/globals';
import { projectId, sampleExporter, uuidOf } from '../testing/samples.ts';
import { connectorKey, toBatchExporter } from './batch-exporter.ts';
import { InvalidFieldError } from './fields.ts';

const connectors = new Map([[connectorKey({ name: 'connector 7', projectId }), uuidOf(7)]]);

describe(toBatchExporter, () => {
  it('finds the connector by its name and the stream by its topic', () => {
    expect(toBatchExporter(sampleExporter(5), connectors)).toEqual({
      uuid: uuidOf(5),
      name: 'exporter 5',
      projectId,
      topic: `stream-${uuidOf(1)}`,
      content: 'events',
      streamUuid: uuidOf(1),
      intervalMs: 60_000,
      pathPrefix: 'in/here',
      includeExistingEvents: false,
      dataConnectorUuid: uuidOf(7),
    });
  });

  it('takes the key stream from its own topic only', () => {
    const value = { billingId: '', name: 'stream 1', projectId };
    const keys = sampleExporter(5, { streamOrKeyStreamRef: { $case: 'keyStreamRef', value } });
    expect(toBatchExporter({ ...keys, topic: `keys-${uuidOf(1)}` }, connectors)).toMatchObject({
      content: 'keys',
    });
    expect(() => toBatchExporter(keys, connectors)).toThrow('topic is not keys-<uuid>');
  });

  it.each([
    '../up',
    '/root',
    'a//b',
    'a/./b',
    'end/',
    'a\\b',
    'a\u0000b',
    'x/.well-known/acme-challenge/y',
    'a'.repeat(901),
  ])('refuses the path prefix %j', (pathPrefix) => {
    expect(() => toBatchExporter(sampleExporter(5, { pathPrefix }), connectors)).toThrow(InvalidFieldError);
  });

  it.each([29n, 3601n, -60n, 9_007_199_254_740_993n])('refuses an interval of %s s', (seconds) => {
    const exporter = sampleExporter(5, { interval: { seconds, nanos: 0 } });
    expect(() => toBatchExporter(exporter, connectors)).toThrow(InvalidFieldError);
  });

  it('refuses a connector that nobody has', () => {
    expect(() => toBatchExporter(sampleExporter(5), new Map())).toThrow('names no usable data connector');
  });
});

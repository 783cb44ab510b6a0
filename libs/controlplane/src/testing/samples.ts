import { agents, entities } from '@ccd/protocol';
import { digestAnswer, writeSnapshotMetadata } from '../snapshot-metadata.ts';
import type { SnapshotMetadata } from '../snapshot-metadata.ts';

export const projectId = '22222222-2222-4222-8222-222222222222';

/** A lower-case UUID that ends in `number`. */
export function uuidOf(number: number): string {
  return `abcdef33-3333-4333-8333-${number.toString().padStart(12, '0')}`;
}

/** A source stream as our server sends it. */
export function sampleStream(
  number: number,
  change: Partial<entities.ExtendedStream> = {},
  streamChange: Partial<entities.Stream> = {},
): entities.ExtendedStream {
  const stream = entities.Stream.create({ ref: { name: `stream ${number}`, projectId }, enabled: true });
  return {
    stream: { ...stream, ...streamChange },
    topic: `stream-${uuidOf(number)}`,
    uuid: uuidOf(number),
    keyStream: false,
    ...change,
  };
}

export function derivedStream(
  number: number,
  change: Partial<entities.Stream> = {},
): entities.ExtendedStream {
  return sampleStream(
    number,
    {},
    {
      linkedStream: 'stream 1',
      consentLevels: [1, 2],
      consentLevelType: entities.ConsentLevelType.GRANULAR,
      ...change,
    },
  );
}

export function sampleConnector(
  number: number,
  credentials = '{"accessKey":"AKIA"}',
): entities.DataConnector {
  return entities.DataConnector.create({
    ref: { name: `connector ${number}`, projectId },
    uuid: uuidOf(number),
    location: { $case: 's3Bucket', value: { bucketName: 'bucket', credentials } },
  });
}

export function sampleExporter(
  number: number,
  change: Partial<entities.BatchExporter> = {},
  connector = 'connector 7',
): entities.ExtendedBatchExporter {
  const exporter = entities.BatchExporter.create({
    ref: { name: `exporter ${number}`, projectId },
    streamOrKeyStreamRef: { $case: 'streamRef', value: { name: 'stream 1', projectId } },
    interval: { seconds: 60n, nanos: 0 },
    pathPrefix: 'in/here',
    dataConnectorRef: { name: connector, projectId },
  });
  return { uuid: uuidOf(number), topic: `stream-${uuidOf(1)}`, exporter: { ...exporter, ...change } };
}

/** What an exporter names as its source where it exports the keys of a stream. */
export const keysOf = (name: string): entities.BatchExporter['streamOrKeyStreamRef'] => ({
  $case: 'keyStreamRef',
  value: entities.KeyStreamRef.create({ name, projectId }),
});

export function encodeStreams(...extendedStreams: entities.ExtendedStream[]): Uint8Array {
  return agents.GetStreamsResponse.encode({ extendedStreams }).finish();
}

export function encodeConnectors(...dataConnectors: entities.DataConnector[]): Uint8Array {
  return agents.GetDesiredDataConnectorsResponse.encode({ dataConnectors }).finish();
}

export function encodeExporters(...exporters: entities.ExtendedBatchExporter[]): Uint8Array {
  return agents.GetDesiredBatchExportersResponse.encode({ exporters }).finish();
}

/** The metadata that our server would send beside these bytes. */
export function metadataFor(
  bytes: Uint8Array,
  count: number,
  change: Partial<SnapshotMetadata> = {},
): Record<string, string> {
  const revision = { epoch: 'e1', number: 7n };
  return writeSnapshotMetadata({ revision, count, digest: digestAnswer(bytes), removed: [], ...change });
}

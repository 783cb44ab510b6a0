import {
  encodeConnectors,
  encodeExporters,
  encodeStreams,
  sampleConnector,
  sampleExporter,
  sampleStream,
  uuidOf,
} from '@ccd/controlplane/testing';
import type { AgentList } from '@ccd/controlplane/testing';

/** What users have made, in the words of the test. Numbers stand for UUIDs. */
export interface Entities {
  readonly sources: readonly number[];
  readonly derived: readonly {
    readonly number: number;
    readonly source: number;
    readonly levels: readonly number[];
  }[];
  readonly connectors: readonly { readonly number: number; readonly secret: string }[];
  readonly exporters: readonly {
    readonly number: number;
    readonly source: number;
    readonly connector: number;
    readonly prefix: string;
  }[];
}

const from = (first: number, count: number): readonly number[] =>
  Array.from({ length: count }, (_, index) => first + index);

/** Ten streams, half of them with derived ones, ten connectors and ten exporters. */
export const firstEntities: Entities = {
  sources: from(1, 10),
  derived: from(1, 5).flatMap((source) => [
    { number: 100 + source, source, levels: [1] },
    { number: 200 + source, source, levels: [1, 2] },
  ]),
  connectors: from(301, 10).map((number) => ({ number, secret: `secret-${number}` })),
  exporters: from(401, 10).map((number, index) => ({
    number,
    source: 1 + index,
    connector: 301 + index,
    prefix: `exports/${number}`,
  })),
};

export type StreamItem = Parameters<typeof encodeStreams>[number];
export type ConnectorItem = Parameters<typeof encodeConnectors>[number];
export type ExporterItem = Parameters<typeof encodeExporters>[number];

/** The answer to each list, item by item. */
export interface Items {
  readonly streams: readonly StreamItem[];
  readonly 'data-connectors': readonly ConnectorItem[];
  readonly 'batch-exporters': readonly ExporterItem[];
}

const nameOf = (number: number): string => `stream ${number}`;

/** What an honest control plane says of these entities. */
export function toItems({ sources, derived, connectors, exporters }: Entities): Items {
  return {
    streams: [
      ...sources.flatMap((number) => [
        sampleStream(number),
        sampleStream(number, { topic: `keys-${uuidOf(number)}`, keyStream: true }),
      ]),
      ...derived.map(({ number, source, levels }) =>
        sampleStream(
          number,
          {},
          { linkedStream: nameOf(source), consentLevels: [...levels], consentLevelType: 2 },
        ),
      ),
    ],
    'data-connectors': connectors.map(({ number, secret }) =>
      sampleConnector(number, JSON.stringify({ url: 'file:///', secret })),
    ),
    'batch-exporters': exporters.map(({ number, source, connector, prefix }) => ({
      ...sampleExporter(number, { pathPrefix: prefix }, `connector ${connector}`),
      topic: `stream-${uuidOf(source)}`,
    })),
  };
}

/** The bytes of one answer. */
export function encode(items: Items, list: AgentList): Uint8Array {
  switch (list) {
    case 'streams':
      return encodeStreams(...items.streams);
    case 'data-connectors':
      return encodeConnectors(...items['data-connectors']);
    case 'batch-exporters':
      return encodeExporters(...items['batch-exporters']);
  }
}

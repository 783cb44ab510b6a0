import { keysOf, uuidOf } from '@ccd/controlplane/testing';
import { bound, read } from './attack.ts';
import type { Attack } from './attack.ts';
import type { ExporterItem } from './honest.ts';

/** An exporter of the sample entities. */
const victim = uuidOf(401);

const onExporter =
  (spoil: (exporter: ExporterItem) => ExporterItem): Attack['change'] =>
  (items) => ({
    ...items,
    'batch-exporters': items['batch-exporters'].map((item) => (item.uuid === victim ? spoil(item) : item)),
  });
const inExporter = (change: Partial<NonNullable<ExporterItem['exporter']>>): Attack['change'] =>
  onExporter((item) => ({ ...item, exporter: item.exporter && { ...item.exporter, ...change } }));
const prefix = (pathPrefix: string) => inExporter({ pathPrefix });
const seconds = (count: bigint, nanos = 0) => inExporter({ interval: { seconds: count, nanos } });

export const exporterAttacks: readonly Attack[] = [
  bound(
    'the keys of a stream',
    onExporter((item) => ({
      ...item,
      topic: item.topic.replace('stream-', 'keys-'),
      exporter: item.exporter && { ...item.exporter, streamOrKeyStreamRef: keysOf('stream 1') },
    })),
    /BeyondGuardrails: keys may not be exported/,
  ),
  read(
    'the keys of a stream as its events',
    onExporter((item) => ({ ...item, topic: item.topic.replace('stream-', 'keys-') })),
    /topic is not stream-<uuid>/,
  ),
  read(
    'the registry of topics as events',
    onExporter((item) => ({ ...item, topic: 'ccd-registry-x' })),
    /topic is not stream-<uuid>/,
  ),
  read('a prefix that climbs', prefix('../../other'), /path_prefix is not a path of names/),
  read('a prefix that is absolute', prefix('/etc'), /path_prefix is not a path of names/),
  read('a prefix with an empty name', prefix('a//b'), /path_prefix is not a path of names/),
  read('a prefix with backslashes', prefix(String.raw`a\..\b`), /path_prefix is not a path of names/),
  read('a prefix with a line break', prefix('a\nb'), /path_prefix holds control characters/),
  read('a prefix without end', prefix('a'.repeat(1_000)), /path_prefix/),
  read(
    'a certificate for the host of the bucket',
    prefix('x/.well-known/acme-challenge'),
    /path_prefix is reserved/,
  ),
  read('an interval of nothing', seconds(0n), /interval in ms/),
  read('an interval of ten thousand years', seconds(315_576_000_000n), /interval in ms/),
  read('an interval that runs backwards', seconds(-60n), /interval in ms/),
  read('an interval of fractions', seconds(60n, 1), /interval is not a number of milliseconds/),
  read(
    "a connector of another customer's project",
    inExporter({ dataConnectorRef: { name: 'connector 301', projectId: uuidOf(9), billingId: '' } }),
    /names no usable data connector/,
  ),
];

/**
 * What should be there, worked out from the entities alone. Shares nothing with the agents but the published names.
 */
import { uuidOf } from '@ccd/controlplane/testing';
import type { Entities } from './honest.ts';

/** Everything that the agents make, as it stands. */
export interface World {
  /** `<name> <cleanup>` of topics. */
  readonly topics: readonly string[];
  /** The task of each workload, as JSON. */
  readonly workloads: Readonly<Record<string, unknown>>;
  /** The location in each Secret, as JSON. */
  readonly secrets: Readonly<Record<string, unknown>>;
}

/** The world that these entities call for. */
export function worldOf({ sources, derived, connectors, exporters }: Entities): World {
  const decrypters = sources.flatMap((source) => {
    const own = derived.filter((each) => each.source === source).toSorted((a, b) => a.number - b.number);
    if (own.length === 0) return [];
    const task = {
      streamId: uuidOf(source),
      sourceTopic: `stream-${uuidOf(source)}`,
      derived: own.map(({ number, levels }) => ({
        topic: `stream-${uuidOf(number)}`,
        consent: { type: 'GRANULAR', levels },
      })),
    };
    return [[`decrypter-${uuidOf(source)}`, task] as const];
  });
  const workers = exporters.map(
    ({ number, source, connector, prefix }) =>
      [
        `batch-exporter-${uuidOf(number)}`,
        {
          exporterId: uuidOf(number),
          topic: `stream-${uuidOf(source)}`,
          content: 'events',
          streamId: uuidOf(source),
          intervalMs: 60_000,
          pathPrefix: prefix,
          startAt: 'latest',
          connectorSecret: `data-connector-${uuidOf(connector)}`,
        },
      ] as const,
  );
  const secrets = connectors.map(({ number, secret }): [string, unknown] => [
    `data-connector-${uuidOf(number)}`,
    { type: 's3', bucket: 'bucket', credentials: JSON.stringify({ url: 'file:///', secret }) },
  ]);
  return {
    topics: [
      ...sources.flatMap((number) => [`keys-${uuidOf(number)} compact`, `stream-${uuidOf(number)} delete`]),
      ...derived.map(({ number }) => `stream-${uuidOf(number)} delete`),
    ].toSorted(),
    workloads: Object.fromEntries<unknown>([...decrypters, ...workers]),
    secrets: Object.fromEntries(secrets),
  };
}

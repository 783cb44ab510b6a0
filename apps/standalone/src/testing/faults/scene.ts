import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@ccd/testkit';
import { createExporter, createFolderConnector, credentialsOf, topicOf } from '../entities.ts';
import { readKeys } from '../oracle.ts';
import { readExports } from '../rig.ts';
import type { Sender } from '../send-events.ts';
import { fetchToken, postEvent } from '../send-events.ts';
import type { Derivation, Problems } from './check-data.ts';
import {
  checkDerived,
  checkExported,
  checkKeyOrder,
  checkKeys,
  checkSource,
  eventsIn,
} from './check-data.ts';
import type { Fleet } from './fleet.ts';
import type { Ledger } from './ledger.ts';
import { readExported } from './read-exported.ts';
import type { LogFile } from './read-log.ts';
import { openLogFile } from './read-log.ts';

/** A source with two derived streams, all of them exported, and its keys: what has to come through whole. */
export const scene = {
  source: 'source',
  derived: {
    one: { purposes: [1] },
    masked: { purposes: [1, 2, 3], maskSeed: 'hi-there' },
  } satisfies Record<string, Derivation>,
  connector: 'files',
  keys: 'keys',
} as const;

const contract = 'strmprivacy/example/1.5.0';

export const sceneStreams = [scene.source, ...Object.keys(scene.derived)];

/** Ids of the scene's streams, by name. */
export type StreamIds = ReadonlyMap<string, string>;

/** Makes the streams and exporters, and waits until an event is accepted. */
export async function setScene(
  { strm, urls }: Pick<Fleet, 'strm' | 'urls'>,
  folder: string,
  ledger: Ledger,
): Promise<{ readonly ids: StreamIds; readonly sender: Sender }> {
  await strm('create', 'stream', scene.source);
  await strm('create', 'stream', 'one', '--derived-from', scene.source, '--purposes', '1');
  await strm(
    ...['create', 'stream', 'masked', '--derived-from', scene.source, '--purposes', '1,2,3'],
    ...['--masked-fields', `${contract}:consistentValue`, '--mask-seed', scene.derived.masked.maskSeed],
  );
  await createFolderConnector(strm, folder, scene.connector);
  for (const stream of sceneStreams) await createExporter(strm, scene.connector, stream);
  await createExporter(strm, scene.connector, scene.source, scene.keys, '--export-keys');
  const sender = { ...urls, ...(await credentialsOf(strm, scene.source)) };
  const token = await fetchToken(sender);
  await eventually(
    'the first 204',
    async () => {
      const event = ledger.next();
      const status = await postEvent(urls.eventsUrl, token, event);
      ledger.answered(event, status === 204 ? 'accepted' : 'unknown');
      return status === 204;
    },
    60_000,
    100,
  );
  const ids = new Map<string, string>();
  for (const stream of sceneStreams) ids.set(stream, (await topicOf(strm, stream)).slice('stream-'.length));
  return { ids, sender };
}

/** Names of the topics that the scene stands on. */
export const topicsOf = (ids: StreamIds): readonly string[] => [
  ...[...ids.values()].map((id) => `stream-${id}`),
  `keys-${ids.get(scene.source) ?? ''}`,
];

/** Everything that is wrong with the scene's events, keys and objects. */
export async function checkScene(
  { engine, exports }: Fleet['folders'],
  ids: StreamIds,
  { sent }: Ledger,
): Promise<Problems> {
  const log = openLogFile(engine);
  try {
    const topicOf = (stream: string) => log.topic(`stream-${ids.get(stream) ?? ''}`);
    const keyTopic = log.topic(`keys-${ids.get(scene.source) ?? ''}`);
    const exported = (name: string) => readExported(join(exports, 'bucket', name));
    const source = eventsIn(topicOf(scene.source));
    const keys = new Map(
      (await readExports(exports, `bucket/${scene.keys}`)).flatMap((csv) => [...readKeys(csv)]),
    );
    const derived = await Promise.all(
      Object.entries(scene.derived).map(async ([name, derivation]) => {
        const events = eventsIn(topicOf(name));
        return [
          ...checkDerived(source, events, derivation, sent),
          ...checkExported(events, await exported(name)),
        ];
      }),
    );
    return [
      ...checkSource(source, sent),
      ...checkExported(source, await exported(scene.source)),
      ...checkKeys(source, keys, sent),
      ...checkKeyOrder(topicOf(scene.source), keyTopic),
      ...derived.flat(),
    ];
  } finally {
    log.close();
  }
}

/** How many events the control plane counts in the source, where it is not as many as there are. */
export async function checkUsage(
  { strm, folders }: Pick<Fleet, 'strm' | 'folders'>,
  ids: StreamIds,
): Promise<Problems> {
  const log = openLogFile(folders.engine);
  const stored = eventsIn(log.topic(`stream-${ids.get(scene.source) ?? ''}`)).flat().length;
  log.close();
  const csv = await strm('get', 'usage', scene.source, '--by', '1d');
  const counted = Number(csv.trim().split('\n').at(-1)?.split(',')[1]);
  return counted === stored ? [] : [`${counted} events are counted of ${stored}`];
}

/** What is there and should not be, or the other way round, once the agents have had their time. */
export async function checkAgents(
  { engine, cluster }: Fleet['folders'],
  expected: { readonly topics: readonly string[]; readonly workloads: number; readonly secrets: number },
): Promise<Problems> {
  const log: LogFile = openLogFile(engine);
  const topics = log.topicNames().filter((name) => !name.startsWith('ccd-registry-'));
  log.close();
  const workloads = (await readdir(join(cluster, 'workloads'))).filter((name) => name.endsWith('.json'));
  const secrets = await readdir(join(cluster, 'secrets'));
  return [
    ...expected.topics.filter((name) => !topics.includes(name)).map((name) => `topic ${name} is missing`),
    ...topics.filter((name) => !expected.topics.includes(name)).map((name) => `topic ${name} is left`),
    ...(workloads.length === expected.workloads
      ? []
      : [`${workloads.length} workloads: ${workloads.join()}`]),
    ...(secrets.length === expected.secrets ? [] : [`${secrets.length} secrets: ${secrets.join()}`]),
  ];
}

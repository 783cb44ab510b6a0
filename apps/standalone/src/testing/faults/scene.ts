import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually } from '@ccd/testkit';
import type { Outside } from '../engines/engine-set.ts';
import type { Bucket, Run } from '../entities.ts';
import { createConnector, createExporter, credentialsOf, topicOf } from '../entities.ts';
import { readKeys } from '../oracle.ts';
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
import type { LaunchedApps } from '../processes/launch-apps.ts';
import type { Ledger } from './ledger.ts';

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

export const sceneStreams = [scene.source, ...Object.keys(scene.derived)];

/** Ids of the scene's streams, by name. */
export type StreamIds = ReadonlyMap<string, string>;

/** Makes the streams and exporters, and waits until an event is accepted. */
export async function setScene(
  { strm, urls }: Pick<LaunchedApps, 'strm' | 'urls'>,
  folder: string,
  bucket: Bucket,
  ledger: Ledger,
): Promise<{ readonly ids: StreamIds; readonly sender: Sender }> {
  await strm('create', 'stream', scene.source);
  await strm('create', 'stream', 'one', '--derived-from', scene.source, '--purposes', '1');
  await strm(
    ...['create', 'stream', 'masked', '--derived-from', scene.source, '--purposes', '1,2,3'],
    ...[
      '--masked-fields',
      `${ledger.contract}:consistentValue`,
      '--mask-seed',
      scene.derived.masked.maskSeed,
    ],
  );
  await createConnector(strm, folder, scene.connector, bucket);
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
export async function checkScene(outside: Outside, ids: StreamIds, { sent }: Ledger): Promise<Problems> {
  const topicOf = (stream: string) => outside.topic(`stream-${ids.get(stream) ?? ''}`);
  const sourceTopic = await topicOf(scene.source);
  const keyTopic = await outside.topic(`keys-${ids.get(scene.source) ?? ''}`);
  const source = eventsIn(sourceTopic);
  const exportedKeys = await outside.exported(scene.keys);
  const keys = new Map([...exportedKeys.values()].flatMap(({ text }) => [...readKeys(text)]));
  const derived = await Promise.all(
    Object.entries(scene.derived).map(async ([name, derivation]) => {
      const events = eventsIn(await topicOf(name));
      return [
        ...checkDerived(source, events, derivation, sent),
        ...checkExported(events, await outside.exported(name)),
      ];
    }),
  );
  return [
    ...checkSource(source, sent),
    ...checkExported(source, await outside.exported(scene.source)),
    ...checkKeys(source, keys, sent),
    ...checkKeyOrder(sourceTopic, keyTopic),
    ...derived.flat(),
  ];
}

/** How many events the control plane counts in the source, where it is not as many as there are. */
export async function checkUsage(
  strm: Run,
  outside: Pick<Outside, 'topic'>,
  ids: StreamIds,
): Promise<Problems> {
  const stored = eventsIn(await outside.topic(`stream-${ids.get(scene.source) ?? ''}`)).flat().length;
  const csv = await strm('get', 'usage', scene.source, '--by', '1d');
  const counted = Number(csv.trim().split('\n').at(-1)?.split(',')[1]);
  return counted === stored ? [] : [`${counted} events are counted of ${stored}`];
}

/** What is there and should not be, or the other way round, once the agents have had their time. */
export async function checkAgents(
  outside: Pick<Outside, 'topicNames'>,
  cluster: string,
  expected: { readonly topics: readonly string[]; readonly workloads: number; readonly secrets: number },
): Promise<Problems> {
  const topics = (await outside.topicNames()).filter((name) => !/^(ccd-registry-|__)/.test(name));
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

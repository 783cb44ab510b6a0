import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { eventually, personal as ofPerson, scratchDir } from '@ccd/testkit';
import { SchemaRegistry } from '@kafkajs/confluent-schema-registry';
import { foldersOf } from './folders.ts';
import { createExporter, createFolderConnector, credentialsOf, topicOf } from './testing/entities.ts';
import { openLogFile } from './testing/faults/read-log.ts';
import { isForwardedTo, maskOf, multiset, openField, readKeys } from './testing/oracle.ts';
import { readExports, startRig } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import { exampleContract, fetchToken, inParallel, postEvent } from './testing/send-events.ts';
import type { ExampleEvent } from './testing/send-events.ts';

const count = 10_000;
const consents = [[], [1], [1, 2, 3]] as const;
const seed = 'hi-there';
const personal = ['uniqueIdentifier', 'consistentValue', 'someSensitiveValue'] as const;

const events: readonly ExampleEvent[] = Array.from({ length: count }, (_, index) => ({
  strmMeta: { eventContractRef: exampleContract, consentLevels: consents[index % consents.length] ?? [] },
  uniqueIdentifier: ofPerson(`unique-${index % 97}`),
  consistentValue: ofPerson(`session-${index % 211}`),
  someSensitiveValue: index % 50 === 0 ? '' : ofPerson(`sensitive-${index % 89}`),
  // Not personal, so that it stays as it is and tells the events apart.
  notSensitiveValue: `event-${index}`,
}));

interface Exported {
  readonly strmMeta: { readonly consentLevels: readonly number[]; readonly keyLink: string };
  readonly [field: string]: unknown;
}

const parse = (files: readonly string[]): readonly Exported[] =>
  files.flatMap((file) =>
    file
      .split('\n')
      .filter((line) => line !== '')
      .map((line) => JSON.parse(line) as Exported),
  );

const contentOf = (
  { strmMeta, ...fields }: Pick<Exported, 'strmMeta'> | ExampleEvent,
  changes = {},
): string => JSON.stringify({ consent: strmMeta.consentLevels, ...fields, ...changes });

describe('10,000 events of three consent levels, from HTTP to files', () => {
  let rig: Rig;
  let keys: ReadonlyMap<string, string>;
  let stored: readonly Exported[];
  const derived = { one: [] as readonly Exported[], masked: [] as readonly Exported[] };
  const scratch = scratchDir();

  beforeAll(async () => {
    rig = await startRig(scratch);
    await rig.strm('create', 'stream', 'source');
    await rig.strm('create', 'stream', 'one', '--derived-from', 'source', '--purposes', '1');
    await rig.strm(
      ...['create', 'stream', 'masked', '--derived-from', 'source', '--purposes', '1,2,3'],
      ...['--masked-fields', `${exampleContract}:consistentValue`, '--mask-seed', seed],
    );
    await createFolderConnector(rig.strm, scratch, 'files');
    for (const stream of ['source', 'one', 'masked']) await createExporter(rig.strm, 'files', stream);
    await createExporter(rig.strm, 'files', 'source', 'keys', '--export-keys');
    await sendAll();
    const expected = {
      one: events.filter(({ strmMeta }) => isForwardedTo([1], strmMeta.consentLevels)).length,
      masked: events.filter(({ strmMeta }) => isForwardedTo([1, 2, 3], strmMeta.consentLevels)).length,
    };
    const read = async (name: string) => parse(await readExports(rig.exportsFolder, `bucket/${name}`));
    await eventually(
      'every export',
      async () => {
        stored = await read('source');
        derived.one = await read('one');
        derived.masked = await read('masked');
        keys = new Map(
          (await readExports(rig.exportsFolder, 'bucket/keys')).flatMap((csv) => [...readKeys(csv)]),
        );
        return (
          stored.length >= count &&
          derived.one.length >= expected.one &&
          derived.masked.length >= expected.masked &&
          stored.every(({ strmMeta }) => keys.has(strmMeta.keyLink))
        );
      },
      150_000,
      500,
    );
  }, 240_000);
  afterAll(() => rig.stop(), 60_000);

  async function sendAll(): Promise<void> {
    const { authUrl, eventsUrl } = rig.system;
    const client = await credentialsOf(rig.strm, 'source');
    const token = await fetchToken({ authUrl, eventsUrl, ...client });
    const [first] = events;
    if (first === undefined) return;
    // Until the agents have made the topics, the gateway asks to come back later.
    await eventually('the first 204', async () => (await postEvent(eventsUrl, token, first)) === 204);
    const statuses = new Map<number, number>();
    await inParallel(events.slice(1), 16, async (event) => {
      const status = await postEvent(eventsUrl, token, event);
      statuses.set(status, (statuses.get(status) ?? 0) + 1);
    });
    expect(statuses).toStrictEqual(new Map([[204, count - 1]]));
  }

  it('stores every accepted event once, with every personal field encrypted', () => {
    expect(multiset(stored.map(({ notSensitiveValue }) => String(notSensitiveValue)))).toStrictEqual(
      multiset(events.map(({ notSensitiveValue }) => notSensitiveValue)),
    );
    const inputs = new Map(events.map((event) => [event.notSensitiveValue, event]));
    for (const event of stored) {
      const sent = inputs.get(String(event['notSensitiveValue']));
      for (const field of personal) expect(event[field]).not.toBe(sent?.[field]);
    }
  });

  it('exports the keys that open every encrypted field', () => {
    const opened = stored.map((event) => {
      const key = keys.get(event.strmMeta.keyLink) ?? '';
      return contentOf(
        event,
        Object.fromEntries(personal.map((field) => [field, openField(key, String(event[field]))])),
      );
    });
    expect(multiset(opened)).toStrictEqual(multiset(events.map((event) => contentOf(event))));
  });

  it('derives the events of those who agreed, with only the fields of the purpose readable', () => {
    const readable = derived.one.map((event) => {
      const key = keys.get(event.strmMeta.keyLink) ?? '';
      const closed = ['consistentValue', 'someSensitiveValue'] as const;
      return contentOf(
        event,
        Object.fromEntries(closed.map((field) => [field, openField(key, String(event[field]))])),
      );
    });
    const wanted = events.filter(({ strmMeta }) => isForwardedTo([1], strmMeta.consentLevels));
    expect(multiset(readable)).toStrictEqual(multiset(wanted.map((event) => contentOf(event))));
  });

  it('masks as published', () => {
    const wanted = events.filter(({ strmMeta }) => isForwardedTo([1, 2, 3], strmMeta.consentLevels));
    expect(multiset(derived.masked.map((event) => contentOf(event)))).toStrictEqual(
      multiset(
        wanted.map((event) => contentOf(event, { consistentValue: maskOf(seed, event.consistentValue) })),
      ),
    );
  });

  it('counts every event once', async () => {
    const counted = async () => {
      const csv = await rig.strm('get', 'usage', 'source', '--by', '1d');
      return csv.trim().split('\n').at(-1)?.split(',')[1];
    };
    await eventually('the last count', async () => (await counted()) === `${count}`, 20_000, 200);
    expect(await counted()).toBe(`${count}`);
  });

  it('explains what stands on the log to a Confluent client', async () => {
    const log = openLogFile(foldersOf(scratch).engine);
    const { partitions } = log.topic(await topicOf(rig.strm, 'masked'));
    log.close();
    const client = new SchemaRegistry({ host: rig.system.schemaRegistryUrl });
    const decoded = await Promise.all(
      partitions.flat().map(({ value }) => client.decode(Buffer.from(value)) as Promise<Exported>),
    );
    expect(multiset(decoded.map((event) => contentOf(event)))).toStrictEqual(
      multiset(derived.masked.map((event) => contentOf(event))),
    );
  });

  it('says nothing personal and no secret in any log', () => {
    const log = rig.log();
    for (const value of ['unique-1', 'session-1', 'sensitive-1', ...[...keys.values()].slice(0, 5)]) {
      expect(log).not.toContain(value);
    }
    expect(log).not.toContain(rig.system.credentials.installation.clientSecret);
  });
});

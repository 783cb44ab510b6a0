import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { eventually, personal as ofPerson, scratchDir } from '@ccd/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { foldersOf } from './folders.ts';
import { createExporter, createFolderConnector, credentialsOf, topicOf } from './testing/entities.ts';
import { openLogFile } from './testing/faults/read-log.ts';
import { maskOf, openField, readKeys } from './testing/oracle.ts';
import { readExports, startRig } from './testing/rig.ts';
import type { Rig } from './testing/rig.ts';
import { fetchToken } from './testing/send-events.ts';

const seed = 'hi-there';
const contractRef = 'my-organisation/visit/1.0.0';
const schema = {
  $schema: 'https://json-schema.org/draft/2020-12/schema',
  type: 'object',
  required: ['strmMeta', 'session'],
  properties: {
    strmMeta: {
      type: 'object',
      required: ['eventContractRef', 'consentLevels'],
      properties: {
        eventContractRef: { type: 'string' },
        consentLevels: { type: 'array', items: { type: 'integer' } },
      },
    },
    session: { type: 'string', minLength: 1 },
    visitor: {
      type: 'object',
      properties: { email: { type: 'string', maxLength: 40 }, age: { type: 'integer', maximum: 150 } },
    },
    tags: { type: 'array', items: { type: 'string' } },
    page: { type: 'string', pattern: '^/' },
  },
};
const personal = (fieldName: string, purposeLevel: number) => ({
  fieldName,
  personalDataConfig: { isPii: true, purposeLevel },
});

describe('an event of a JSON Schema, from HTTP to a file', () => {
  const [dataDir, inputs] = [scratchDir(), scratchDir()];
  let rig: Rig;
  const event = (consentLevels: readonly number[]) => ({
    strmMeta: { eventContractRef: contractRef, consentLevels },
    session: ofPerson('session of a visitor'),
    visitor: { age: 30, email: ofPerson('zoë@example.org "q"') },
    tags: [ofPerson('first tag'), ''],
    page: '/home?ü=1',
  });

  beforeAll(async () => {
    rig = await startRig(dataDir);
    const { strm } = rig;
    const file = async (name: string, content: object): Promise<string> => {
      await writeFile(join(inputs, name), JSON.stringify(content));
      return join(inputs, name);
    };
    const contract = {
      keyField: 'session',
      fieldMetadata: [personal('session', 3), personal('visitor/email', 1), personal('tags', 2)],
      validations: [{ field: 'visitor/email', type: 'regex', value: '@' }],
    };
    await strm(
      ...['create', 'data-contract', contractRef],
      ...['--schema-definition', await file('schema.json', schema)],
      ...['--contract-definition', await file('contract.json', contract)],
    );
    for (const step of ['review', 'approve', 'activate']) await strm(step, 'data-contract', contractRef);
    await strm('create', 'stream', 'source');
    await strm(
      ...['create', 'stream', 'derived', '--derived-from', 'source', '--purposes', '1,2'],
      ...['--masked-fields', `${contractRef}:tags`, '--mask-seed', seed],
    );
    await createFolderConnector(strm, inputs, 'files');
    for (const stream of ['source', 'derived']) await createExporter(strm, 'files', stream);
    await createExporter(strm, 'files', 'source', 'keys', '--export-keys');
  }, 120_000);
  afterAll(() => rig.stop(), 60_000);

  const linesOf = async (stream: string): Promise<readonly string[]> =>
    (await readExports(rig.exportsFolder, `bucket/${stream}`)).flatMap((text) =>
      text.split('\n').slice(0, -1),
    );

  it('is encrypted, derived and exported to the letter; one without consent is not derived, a wrong one refused', async () => {
    const { system, strm } = rig;
    const token = await fetchToken({ ...system, ...(await credentialsOf(strm, 'source')) });
    const post = async (body: object): Promise<number> => {
      const response = await fetch(system.eventsUrl, {
        method: 'POST',
        headers: { authorization: `Bearer ${token}`, 'strm-schema-ref': contractRef },
        body: JSON.stringify(body),
      });
      await response.arrayBuffer();
      return response.status;
    };
    await eventually('the first 204', async () => (await post(event([1, 2]))) === 204, 60_000, 100);
    expect(await post(event([1]))).toBe(204);
    expect(await post({ ...event([1, 2]), page: 'no path' })).toBe(400);
    expect(await post({ ...event([1, 2]), visitor: { email: 'nobody' } })).toBe(400);

    const keys = await eventually(
      'the exports',
      async () => {
        const found = new Map(
          (await readExports(rig.exportsFolder, 'bucket/keys')).flatMap((csv) => [...readKeys(csv)]),
        );
        const [source, derived] = [await linesOf('source'), await linesOf('derived')];
        return found.size > 0 && source.length >= 2 && derived.length > 0 ? found : undefined;
      },
      120_000,
      300,
    );

    const log = openLogFile(foldersOf(dataDir).engine);
    const valuesOf = async (stream: string) => {
      const { partitions } = log.topic(await topicOf(strm, stream));
      return partitions.flat().map(({ value }) => Buffer.from(value));
    };
    const [source, derived] = [await valuesOf('source'), await valuesOf('derived')];
    log.close();
    expect([source.length, derived.length]).toEqual([2, 1]);

    const stored = source.find((value) => value.includes('[1,2]')) ?? Buffer.alloc(0);
    // A zero byte and the id of the schema stand before the text.
    expect(stored[0]).toBe(0);
    const registered = await fetch(`${system.schemaRegistryUrl}/schemas/ids/${stored.readInt32BE(1)}`);
    expect(await registered.json()).toEqual({ schemaType: 'JSON', schema: JSON.stringify(schema) });
    const text = stored.subarray(5).toString();
    const json = JSON.parse(text) as ReturnType<typeof event> & { strmMeta: { keyLink: string } };
    const open = (field: string) => openField(keys.get(json.strmMeta.keyLink) ?? '', field);
    const sent = event([1, 2]);
    expect({
      ...json,
      strmMeta: sent.strmMeta,
      session: open(json.session),
      visitor: { ...json.visitor, email: open(json.visitor.email) },
      tags: json.tags.map(open),
    }).toEqual(sent);
    expect(Object.keys(json)).toEqual(Object.keys(sent));

    const [email, tags] = [json.visitor.email, json.tags].map((value) => JSON.stringify(value));
    const masked = sent.tags.map((tag) => maskOf(seed, tag));
    const wanted = text
      .replace(email ?? '', JSON.stringify(sent.visitor.email))
      .replace(tags ?? '', JSON.stringify(masked));
    expect(derived).toEqual([Buffer.concat([stored.subarray(0, 5), Buffer.from(wanted)])]);
    expect(await linesOf('derived')).toEqual([wanted]);
    expect((await linesOf('source')).toSorted()).toEqual(
      source.map((value) => value.subarray(5).toString()).toSorted(),
    );
  }, 480_000);
});

import type { ContractDefinition } from '@ccd/contracts';
import { compileContract, encodeValue, publicContracts } from '@ccd/contracts';
import { createKeyJournal, createRecordReader } from '@ccd/dataplane';
import { readTopic } from '@ccd/eventlog';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createKeyStore } from '@ccd/keystore';
import { createMemoryIndex, newSecrets, newSessionKey } from '@ccd/keystore/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { describe, expect, it } from '@jest/globals';
import { createEventRenderer, createKeyRenderer, keyHeader } from './render-records.ts';

const stored = (value: Buffer | null) => ({
  topic: 'stream-1',
  partition: 0,
  offset: 0,
  timestamp: 0,
  key: null,
  value,
  headers: {},
});

describe(createEventRenderer, () => {
  it('writes an event as one line of plain JSON: no tags, null for what is absent', async () => {
    const [example] = publicContracts;
    if (example === undefined) throw new Error('there is an example contract');
    const definition: ContractDefinition = { ...example, schemaId: 7 };
    const { schema } = compileContract(definition);
    const event = schema.fromJsonText(
      `{"strmMeta":{"eventContractRef":"${definition.ref}","consentLevels":[1]},"consistentValue":"s"}`,
    );
    const render = createEventRenderer(
      createRecordReader({
        contract: async () => definition,
        schemaById: async () => definition.schema.definition,
      }),
    );
    const line = await render(stored(encodeValue('confluent', 7, schema, event)));
    expect(line).toBe(`${JSON.stringify(event)}\n`);
    expect(line).toContain('"someSensitiveValue":null');
  });

  it('writes nothing for a record without a value', async () => {
    const render = createEventRenderer({ read: () => Promise.reject(new Error('not asked')) });
    expect(await render(stored(null))).toBeUndefined();
  });
});

describe(createKeyRenderer, () => {
  it('writes a key with its keyset in clear text, and nothing for an erased one', async () => {
    const clock = createFakeClock();
    const log = createMemoryLog();
    await log.admin.createTopic({ name: 'keys-1', partitions: 1, config: { cleanup: 'compact' } });
    const secrets = newSecrets();
    const journal = createKeyJournal(log, await log.createProducer());
    const keys = createKeyStore({ index: createMemoryIndex(), journal, secrets, clock });
    const { key } = await keys.currentKey({ streamId: '1', keyFieldValue: 'a' }, () =>
      newSessionKey(clock.now()),
    );
    await keys.erase('1', [key.keyLink]);
    const render = createKeyRenderer(secrets);
    const lines = [];
    for await (const record of readTopic(log, 'keys-1')) lines.push(await render(record));
    expect(keyHeader).toBe('"keyLink","encryptionKey","policyId","expiresAt"\r\n');
    expect(lines).toEqual([
      `"${key.keyLink}","${key.keyset.replaceAll('"', '""')}","${key.policyId}","${key.expiresAt}"\r\n`,
      undefined,
    ]);
    await keys.close();
    await log.close();
  });
});

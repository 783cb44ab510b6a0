import type { ContractDefinition } from '@ccd/contracts';
import { compileContract, encodeValue, publicContracts, TextSink } from '@ccd/contracts';
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
    const sink = new TextSink();
    const value = stored(encodeValue('confluent', 7, schema, event));
    expect([await render(value, sink), await render(value, sink)]).toEqual([true, true]);
    const line = sink.take().toString();
    expect(line).toBe(`${JSON.stringify(event)}\n`.repeat(2));
    expect(line).toContain('"someSensitiveValue":null');
  });

  it('writes nothing for a record without a value', async () => {
    const render = createEventRenderer({ print: () => Promise.reject(new Error('not asked')) });
    const sink = new TextSink();
    expect(await render(stored(null), sink)).toBe(false);
    expect(sink.take()).toHaveLength(0);
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
    const render = createKeyRenderer(secrets.wrapper);
    const lines = [];
    const sink = new TextSink();
    for await (const record of readTopic(log, 'keys-1')) {
      lines.push([await render(record, sink), sink.take().toString()]);
    }
    expect(keyHeader).toBe('"keyLink","encryptionKey","policyId","expiresAt"\r\n');
    expect(lines).toEqual([
      [
        true,
        `"${key.keyLink}","${key.keyset.replaceAll('"', '""')}","${key.policyId}","${key.expiresAt}"\r\n`,
      ],
      [false, ''],
    ]);
    await keys.close();
    await log.close();
  });
});

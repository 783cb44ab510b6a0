import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import {
  AclOperations,
  AclPermissionTypes,
  Admin,
  ResourcePatternTypes,
  ResourceTypes,
} from '@platformatic/kafka';
import { systemClock as clock } from '@ccd/reconcile';
import { scratchDir } from '@ccd/testkit';
import { createTestCertificates, describeWithServers, startKafka, useServer } from '@ccd/testkit/servers';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { connectEventLog } from '../connect-event-log.ts';
import { eventLogOptions } from '../options.ts';
import type { EventLog } from '../port.ts';
import { readTopic } from '../read-topic.ts';

const folder = scratchDir();
const [username, password] = ['strm', 'hunter2'];
/** Those of docs/operations/engines.md, by what their names begin with. */
const rights = [
  ...['stream-', 'keys-', 'dlq-', 'ccd-registry-'].map((prefix) => ({
    type: 'TOPIC' as const,
    prefix,
    operations: ['CREATE', 'DELETE', 'READ', 'WRITE', 'ALTER_CONFIGS'] as const,
  })),
  {
    type: 'TOPIC' as const,
    prefix: 'billing',
    operations: ['CREATE', 'DESCRIBE_CONFIGS', 'READ', 'WRITE'] as const,
  },
  ...['decrypter-', 'batch-exporter-', 'usage-'].map((prefix) => ({
    type: 'GROUP' as const,
    prefix,
    operations: ['READ'] as const,
  })),
  { type: 'TRANSACTIONAL_ID' as const, prefix: 'decrypter-', operations: ['WRITE'] as const },
];

describeWithServers('kafka', 'the rights that the data plane needs at Kafka', () => {
  const truststore = { file: join(folder, 'ca.pem') };
  const server = useServer(async () => {
    const certificates = await createTestCertificates();
    writeFileSync(truststore.file, certificates.ca);
    return startKafka({
      security: { tls: { ...certificates, clients: 'need no certificate' }, users: { [username]: password } },
      settings: {
        'authorizer.class.name': 'org.apache.kafka.metadata.authorizer.StandardAuthorizer',
        'super.users': 'User:ANONYMOUS',
      },
    });
  });
  let log: EventLog;
  beforeAll(async () => {
    const admin = new Admin({ clientId: 'test', bootstrapBrokers: [...server().brokers] });
    await admin.createAcls({
      creations: rights.flatMap(({ type, prefix, operations }) =>
        operations.map((operation) => ({
          resourceType: ResourceTypes[type],
          resourceName: prefix,
          resourcePatternType: ResourcePatternTypes.PREFIXED,
          principal: `User:${username}`,
          host: '*',
          operation: AclOperations[operation],
          permissionType: AclPermissionTypes.ALLOW,
        })),
      ),
    });
    await admin.close();
    log = await connectEventLog(
      eventLogOptions.parse({
        engine: 'kafka',
        bootstrapServers: server().secure.SASL_SSL.join(),
        security: { protocol: 'SASL_SSL', truststore, sasl: { mechanism: 'PLAIN', username, password } },
        deadlineMs: 5_000,
      }),
      { clock },
    );
  });
  afterAll(() => log.close());

  const topic = 'stream-1';
  const append = async (name: string) => {
    const producer = await log.createProducer();
    await producer.append([{ topic: name, key: null, value: Buffer.from('seen') }]);
    await producer.close();
  };

  it('suffice for all that its apps do there', async () => {
    for (const [name, cleanup] of [
      [topic, 'delete'],
      ['keys-1', 'compact'],
      ['dlq-1', 'delete'],
      ['ccd-registry-1', 'compact'],
      ['billing', 'compact'],
    ] as const)
      await log.admin.createTopic({ name, partitions: 1, config: { cleanup } });
    expect((await log.admin.listTopics()).map(({ name }) => name).toSorted()).toEqual(
      ['billing', 'ccd-registry-1', 'dlq-1', 'keys-1', topic].toSorted(),
    );
    await log.admin.alterTopic(topic, { cleanup: 'delete', retentionMs: 3_600_000 });
    await append(topic);
    const read = await Array.fromAsync(readTopic(log, topic));
    expect(read.map(({ value }) => String(value))).toEqual(['seen']);

    const group = 'decrypter-1';
    const consumer = await log.createConsumer({ topics: [topic], group, startAt: 'earliest' });
    const producer = await log.createTransactionalProducer('decrypter-1.0');
    const stop = new AbortController();
    const handlers = {
      onBatch: async () => {
        const offsets = [{ topic, partition: 0, offset: 1 }];
        const records = [{ topic: 'dlq-1', key: null, value: Buffer.from('seen') }];
        await producer.commit({ records, group, offsets });
        await consumer.commit(offsets);
        stop.abort();
      },
    };
    await consumer.run(handlers, stop.signal);
    expect(await log.admin.committed(group, topic)).toEqual([{ topic, partition: 0, offset: 1 }]);
    await Promise.all([consumer.close(), producer.close()]);
    await log.admin.deleteTopic(topic);
  });

  it('reach nothing of others', async () => {
    const create = log.admin.createTopic({ name: 'others', partitions: 1, config: { cleanup: 'delete' } });
    await expect(create).rejects.toThrow('the user has no right to this topic at the broker (error code 29)');
  });
});

import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { status } from '@grpc/grpc-js';
import {
  dataContracts,
  entities,
  installations,
  monitoring,
  policies,
  schemas,
  streams,
  usage,
} from '@ccd/protocol';
import { connectControlPlane } from './connect-control-plane.ts';
import type { EntityStateReport } from './domain.ts';
import { writeUnchanged } from './conditional-answer.ts';
import { InvalidAnswerError } from './errors.ts';
import { digestAnswer, installationKey } from './snapshot-metadata.ts';
import {
  encodeConnectors,
  encodeExporters,
  metadataFor,
  sampleConnector,
  sampleExporter,
  sampleStream,
  uuidOf,
} from './testing/samples.ts';
import { streamIdKey, usageBeforeKey } from './queries/usage.ts';
import { installationId, startScriptedServer } from './testing/scripted-server.ts';
import type { ScriptedServer } from './testing/scripted-server.ts';

const { getDataContract, getDataContractSchemaDefinition } = dataContracts.DataContractsServiceService;
const { getSchema } = schemas.SchemasServiceService;
const { getPolicy } = policies.PoliciesServiceService;
const { listExtendedStreams } = streams.StreamsServiceService;
const { updateInstalledComponentState } = installations.InstalledComponentsServiceService;
const { updateEntityStates } = monitoring.MonitoringServiceService;
const connectorsPath = '/strmprivacy.api.agents.v1.DataConnectorsAgentService/GetDesiredDataConnectors';
const exportersPath = '/strmprivacy.api.agents.v1.BatchExportersAgentService/GetDesiredBatchExporters';
const never = new AbortController().signal;
const definition = '{"type":"record","name":"A","fields":[]}';

let server: ScriptedServer;
beforeEach(async () => {
  server = await startScriptedServer();
});
afterEach(() => server.stop());

function scriptContract(
  change: Partial<entities.DataContract> = {},
  schema: Partial<entities.Schema> = {},
): void {
  const ref = { handle: 'strmprivacy', name: 'example', version: '1.3.0' };
  const dataContract = entities.DataContract.create({
    ref,
    state: entities.DataContract_State.ACTIVE,
    keyField: 'consistentValue',
    fieldMetadata: [{ fieldName: 'a/b', personalDataConfig: { isPii: true, purposeLevel: 3 } }],
    validations: [{ field: 'a/b', type: 'regex', value: '^.+$' }],
    schema: { ref: { ...ref, schemaType: entities.SchemaType.AVRO }, definition },
  });
  server.answer(getDataContract.path, {
    bytes: getDataContract.responseSerialize({ dataContract: { ...dataContract, ...change }, checksum: '1' }),
  });
  const answered = entities.Schema.create({ ref, definition, ...schema });
  server.answer(getSchema.path, {
    bytes: getSchema.responseSerialize({ schema: answered, confluentId: 42, checksum: '1' }),
  });
}

describe(connectControlPlane, () => {
  it('reads a contract together with its schema and schema id', async () => {
    scriptContract();
    await expect(server.connect().contract('strmprivacy/example/1.3.0', never)).resolves.toEqual({
      ref: 'strmprivacy/example/1.3.0',
      state: 'ACTIVE',
      schema: { kind: 'avro', definition },
      keyField: 'consistentValue',
      fields: [{ fieldName: 'a/b', isPii: true, isQuasiId: false, purposeLevel: 3 }],
      validations: [{ field: 'a/b', regex: '^.+$' }],
      schemaId: 42,
    });
  });

  it('tells the kind of a schema by its text', async () => {
    const jsonSchema = '{"type":"object"}';
    const ref = { handle: 'strmprivacy', name: 'example', version: '1.3.0' };
    scriptContract({ schema: undefined }, { definition: jsonSchema, ref: { ...ref, schemaType: 0 } });
    await expect(server.connect().contract('strmprivacy/example/1.3.0', never)).resolves.toMatchObject({
      schema: { kind: 'json-schema', definition: jsonSchema },
    });
    scriptContract(
      { schema: undefined },
      { definition: jsonSchema, ref: { ...ref, schemaType: entities.SchemaType.AVRO } },
    );
    await expect(server.connect().contract('strmprivacy/example/1.3.0', never)).rejects.toThrow(
      InvalidAnswerError,
    );
  });

  it('takes the older form of personal fields where there is no other', async () => {
    scriptContract({ fieldMetadata: [], piiFields: { x: 2 } });
    await expect(server.connect().contract('strmprivacy/example/1.3.0', never)).resolves.toMatchObject({
      fields: [{ fieldName: 'x', isPii: true, purposeLevel: 2 }],
    });
  });

  it.each([
    ['does not know', status.NOT_FOUND],
    ['says nothing can be called', status.INVALID_ARGUMENT],
  ])('knows no contract that the control plane %s, nor one of a malformed reference', async (_, code) => {
    server.answer(getDataContract.path, { code });
    const connection = server.connect();
    await expect(connection.contract('strmprivacy/example/1.3.0', never)).resolves.toBeUndefined();
    await expect(connection.contract('no reference', never)).resolves.toBeUndefined();
    expect(server.calls).toHaveLength(1);
  });

  it.each<[string, Partial<entities.DataContract>, Partial<entities.Schema>]>([
    ['another contract than was asked for', { ref: { handle: 'x', name: 'y', version: '1.0.0' } }, {}],
    ['a state that this version does not know', { state: 99 as entities.DataContract_State }, {}],
    ['a schema other than the one in the contract', {}, { definition: '"string"' }],
    ['no key field', { keyField: '' }, {}],
  ])('discards %s', async (_, contract, schema) => {
    scriptContract(contract, schema);
    await expect(server.connect().contract('strmprivacy/example/1.3.0', never)).rejects.toThrow(
      InvalidAnswerError,
    );
  });

  it('reads a schema by its id', async () => {
    const bytes = getDataContractSchemaDefinition.responseSerialize({ definition });
    server.answer(getDataContractSchemaDefinition.path, { bytes }, { code: status.NOT_FOUND });
    const connection = server.connect();
    await expect(connection.schemaById(42, never)).resolves.toBe(definition);
    await expect(connection.schemaById(43, never)).resolves.toBeUndefined();
    await expect(connection.schemaById(-1, never)).resolves.toBeUndefined();
  });

  describe('usage of a stream', () => {
    const { getStreamEventUsage, storeUsageEvent } = usage.UsageServiceService;
    const stream = { uuid: uuidOf(3), name: 'demo', projectId: uuidOf(4) };
    const answerCount = (...counts: readonly bigint[]) => {
      const windows = counts.map((eventCount) => entities.WindowedEventCount.create({ eventCount }));
      server.answer(getStreamEventUsage.path, {
        bytes: getStreamEventUsage.responseSerialize({ ref: undefined, windows }),
      });
    };

    it('is the total after all that was ever counted', async () => {
      answerCount(17n);
      await expect(server.connect().countedEvents(stream, never)).resolves.toBe(17);
      const [call] = server.calls;
      expect(call?.metadata.get(streamIdKey)).toStrictEqual([stream.uuid]);
      expect(usage.GetStreamEventUsageRequest.decode(call?.request ?? Buffer.alloc(0))).toMatchObject({
        ref: { name: 'demo', projectId: uuidOf(4) },
        endTime: new Date('9999-01-01'),
      });
    });

    it.each([
      ['a negative count', -1n],
      ['more than can be counted', 2n ** 60n],
    ])('is not believed when it is %s', async (_case, count) => {
      answerCount(count);
      await expect(server.connect().countedEvents(stream, never)).rejects.toThrow(InvalidAnswerError);
    });

    it('does not exist for a stream that nobody knows', async () => {
      server.answer(getStreamEventUsage.path, { code: status.NOT_FOUND });
      await expect(server.connect().countedEvents(stream, never)).resolves.toBeUndefined();
    });

    it('is reported once, with the counter that the report goes on from', async () => {
      server.answer(storeUsageEvent.path, { code: status.UNAVAILABLE });
      const report = { stream, events: 5, countedBefore: 17, time: 1_000 };
      await expect(server.connect().reportUsage(report, never)).rejects.toMatchObject({
        code: 'UNAVAILABLE',
      });
      expect(server.calls).toHaveLength(1);
      const [call] = server.calls;
      expect([call?.metadata.get(streamIdKey), call?.metadata.get(usageBeforeKey)]).toStrictEqual([
        [stream.uuid],
        ['17'],
      ]);
      expect(usage.StoreUsageEventRequest.decode(call?.request ?? Buffer.alloc(0))).toMatchObject({
        stream: 'demo',
        projectId: uuidOf(4),
        eventCount: 5,
        eventArrivalTime: new Date(1_000),
      });
    });
  });

  it('reads the retention of a policy', async () => {
    const policy = entities.Policy.create({ retentionDays: 2556 });
    server.answer(
      getPolicy.path,
      { bytes: getPolicy.responseSerialize({ policy }) },
      { code: status.NOT_FOUND },
    );
    const connection = server.connect();
    await expect(connection.retentionDays('', never)).resolves.toBe(2556);
    await expect(connection.retentionDays(uuidOf(1), never)).resolves.toBeUndefined();
  });

  it('finds streams by client ids, with their limits, and asks nobody about none', async () => {
    const credentials = [entities.Credentials.create({ clientId: 'stream-abc', clientSecret: 's' })];
    const extended = sampleStream(1, {}, { credentials, limits: { eventRate: 5n, eventCount: 6n } });
    const bytes = listExtendedStreams.responseSerialize({ extendedStreams: [extended, sampleStream(2)] });
    server.answer(listExtendedStreams.path, { bytes });
    const connection = server.connect();
    await expect(connection.clientStreams(['stream-abc', 'stream-x'], never)).resolves.toMatchObject([
      { clientId: 'stream-abc', stream: { uuid: uuidOf(1) }, limits: { eventRate: 5, eventCount: 6 } },
    ]);
    await expect(connection.clientStreams([], never)).resolves.toEqual([]);
    expect(server.calls).toHaveLength(1);
  });

  it('hashes connectors with a key, so that the hash tells nothing about the credentials', async () => {
    const bytes = encodeConnectors(sampleConnector(7));
    server.answer(connectorsPath, { bytes, metadata: metadataFor(bytes, 1) });
    const hashOf = async (hashSecret: string): Promise<string | undefined> =>
      (await server.connect({ hashSecret }).desiredDataConnectors(never)).items[0]?.hash;
    expect(await hashOf('one')).toBe(await hashOf('one'));
    expect(await hashOf('one')).not.toBe(await hashOf('two'));
  });

  it('joins exporters with the connectors that they name', async () => {
    const exporters = encodeExporters(sampleExporter(5));
    const connectors = encodeConnectors(sampleConnector(7));
    server.answer(exportersPath, { bytes: exporters, metadata: metadataFor(exporters, 1) });
    server.answer(connectorsPath, { bytes: connectors, metadata: metadataFor(connectors, 1) });
    await expect(server.connect().desiredBatchExporters(never)).resolves.toMatchObject({
      revision: { number: 7n },
      items: [{ key: { kind: 'batch-exporter', id: uuidOf(5) }, spec: { dataConnectorUuid: uuidOf(7) } }],
    });
  });

  it('discards an answer that is for another installation', async () => {
    const bytes = encodeConnectors(sampleConnector(7));
    const own = metadataFor(bytes, 1);
    server.answer(
      connectorsPath,
      { bytes, metadata: { ...own, [installationKey]: uuidOf(9) } },
      { bytes, metadata: { ...own, [installationKey]: installationId } },
    );
    const connection = server.connect();
    await expect(connection.desiredDataConnectors(never)).rejects.toThrow('it is for another installation');
    await expect(connection.desiredDataConnectors(never)).resolves.toMatchObject({ items: [{}] });
  });

  it('keeps an exporter whose connector is missing from the answer', async () => {
    const exporters = encodeExporters(sampleExporter(5));
    server.answer(exportersPath, { bytes: exporters, metadata: metadataFor(exporters, 1) });
    server.answer(connectorsPath, { bytes: new Uint8Array() });
    await expect(server.connect().desiredBatchExporters(never)).resolves.toMatchObject({
      items: [],
      rejected: [{ key: { kind: 'batch-exporter', id: uuidOf(5) } }],
    });
  });

  it('names the answers that it keeps, and gives their snapshot again where they still hold', async () => {
    const exporters = encodeExporters(sampleExporter(5));
    const connectors = encodeConnectors(sampleConnector(7));
    for (const [path, bytes] of [
      [exportersPath, exporters],
      [connectorsPath, connectors],
    ] as const) {
      const metadata = metadataFor(bytes, 1);
      const stands = { revision: { epoch: 'e1', number: 7n }, count: 1, digest: digestAnswer(bytes) };
      server.answer(path, { bytes, metadata }, { bytes: new Uint8Array(), metadata: writeUnchanged(stands) });
    }
    const connection = server.connect();
    const first = await connection.desiredBatchExporters(never);
    expect(await connection.desiredBatchExporters(never)).toBe(first);
    expect(
      server.calls.map(({ path, metadata }) => [
        path,
        metadata.get('ccd-known-revision'),
        metadata.get('ccd-known-digest'),
      ]),
    ).toEqual([
      [exportersPath, [], []],
      [connectorsPath, [], []],
      [exportersPath, ['e1/7'], [digestAnswer(exporters)]],
      [connectorsPath, ['e1/7'], [digestAnswer(connectors)]],
    ]);
  });

  it('reads exporters anew when the connectors have changed', async () => {
    const exporters = encodeExporters(sampleExporter(5));
    const stands = { revision: { epoch: 'e1', number: 7n }, count: 1, digest: digestAnswer(exporters) };
    const unchanged = { bytes: new Uint8Array(), metadata: writeUnchanged(stands) };
    server.answer(exportersPath, { bytes: exporters, metadata: metadataFor(exporters, 1) }, unchanged);
    server.answer(
      connectorsPath,
      { bytes: new Uint8Array() },
      { bytes: encodeConnectors(sampleConnector(7)) },
    );
    const connection = server.connect();
    await expect(connection.desiredBatchExporters(never)).resolves.toMatchObject({ items: [] });
    await expect(connection.desiredBatchExporters(never)).resolves.toMatchObject({ items: [{}] });
  });

  it('reports the state of a component, once, whatever comes of it', async () => {
    server.answer(updateInstalledComponentState.path, { code: status.UNAVAILABLE });
    const report = {
      component: 'STREAMS_AGENT',
      instanceId: 'pod-1',
      state: 'RUNNING',
      message: '',
      time: 0,
    } as const;
    await expect(server.connect().reportComponentState(report, never)).rejects.toThrow('UNAVAILABLE');
    expect(server.calls).toHaveLength(1);
    const [call] = server.calls;
    expect(updateInstalledComponentState.requestDeserialize(call?.request ?? Buffer.alloc(0))).toMatchObject({
      installationId,
      instanceId: 'pod-1',
      componentType: installations.InstalledComponentType.STREAMS_AGENT,
      installedComponentState: { message: expect.stringMatching(/^version \d+\.\d+\.\d+$/) },
    });
  });

  it('reports states of resources in one stream, however many', async () => {
    server.acceptStream(updateEntityStates.path);
    const states = Array.from({ length: 1_200 }, (_, number): EntityStateReport => {
      const [projectId, name] = [uuidOf(1), `stream ${number}`];
      const resource = { entityType: 'STREAM', resourceType: 'STREAM_TOPIC', name, projectId } as const;
      return { ...resource, status: 'UNHEALTHY', message: 'why', time: 1_000 };
    });
    const connection = server.connect();
    await connection.reportEntityStates(states, never);
    await connection.reportEntityStates([], never);
    expect(server.calls).toHaveLength(1);
    const received = updateEntityStates.requestDeserialize(
      server.calls[0]?.request ?? Buffer.alloc(0),
    ).states;
    expect(received.map(({ ref }) => ref?.name)).toEqual(states.map(({ name }) => name));
    expect(received[0]).toMatchObject({
      stateTime: new Date(1_000),
      status: monitoring.EntityState_Status.UNHEALTHY,
      resourceType: monitoring.EntityState_ResourceType.STREAM_TOPIC,
    });
  });
});

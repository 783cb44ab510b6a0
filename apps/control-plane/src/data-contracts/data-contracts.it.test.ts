import { status } from '@grpc/grpc-js';
import { metaField, metaProperty } from '@ccd/contracts/testing';
import { dataContracts, entities, schemas } from '@ccd/protocol';
import { describe, expect, it } from '@jest/globals';
import type { Caller } from '../testing/service-rig.ts';
import { useServiceRig } from '../testing/use-service-rig.ts';

const { DataContractsServiceService: service } = dataContracts;
const { DataContract_State: State } = entities;

const definition = JSON.stringify({
  type: 'record',
  name: 'Visit',
  namespace: 'acme.visit.v1_0_0',
  fields: [
    metaField('acme.visit.v1_0_0'),
    { name: 'session', type: 'string' },
    { name: 'page', type: 'string' },
  ],
});

const jsonSchema = (properties: object = {}) =>
  JSON.stringify({
    type: 'object',
    required: ['strmMeta', 'session'],
    properties: {
      strmMeta: metaProperty,
      session: { type: 'string' },
      page: { type: 'string' },
      ...properties,
    },
  });

describe('DataContractsService', () => {
  const rig = useServiceRig();

  const refOf = (version: string, name = 'visit', handle = 'acme') =>
    entities.DataContractRef.create({ handle, name, version });
  const create = (version: string, change: Partial<entities.DataContract> = {}, caller?: Caller) =>
    rig().call(
      service.createDataContract,
      {
        ...dataContracts.CreateDataContractRequest.create({ projectId: rig().projectId }),
        dataContract: entities.DataContract.create({
          ref: refOf(version),
          keyField: 'session',
          fieldMetadata: [
            { fieldName: 'session', personalDataConfig: { isPii: true, isQuasiId: false, purposeLevel: 1 } },
          ],
          validations: [{ field: 'page', type: 'regex', value: '^/.*$' }],
          schema: entities.Schema.create({
            ref: { ...refOf(version), schemaType: entities.SchemaType.AVRO },
            definition,
          }),
          ...change,
        }),
      },
      caller,
    );
  const get = async (version: string, caller?: Caller) =>
    (
      await rig().call(
        service.getDataContract,
        dataContracts.GetDataContractRequest.create({ ref: refOf(version) }),
        caller,
      )
    ).dataContract;
  const select = (version: string) => ({
    id: '',
    dataContractRef: refOf(version),
    projectId: rig().projectId,
    billingId: '',
    approverExternalUserId: '',
    notifyReviewer: false,
    notifyCreator: false,
  });

  it('shows everybody the public contracts that come with the product', async () => {
    for (const caller of ['admin', 'otherAdmin'] as const) {
      const projectId = caller === 'admin' ? rig().projectId : rig().other.projectId;
      const { dataContractsAndChecksums: found } = await rig().call(
        service.listDataContracts,
        dataContracts.ListDataContractsRequest.create({ projectId }),
        caller,
      );
      const refs = found.map(({ dataContract }) => Object.values(dataContract?.ref ?? {}).join('/'));
      expect(refs).toEqual(
        expect.arrayContaining([
          'strmprivacy/example/1.3.0',
          'strmprivacy/example/1.5.0',
          'strmprivacy/clickstream/1.0.0',
          'strmprivacy/demo/1.0.2',
        ]),
      );
    }
  });

  it('gives the schema of a contract with the id that its events carry', async () => {
    const { schema, confluentId } = await rig().call(schemas.SchemasServiceService.getSchema, {
      ...schemas.GetSchemaRequest.create({}),
      ref: { handle: 'strmprivacy', name: 'example', version: '1.5.0', schemaType: entities.SchemaType.AVRO },
    });
    expect(confluentId).toBeGreaterThan(0);
    expect(schema?.definition).toContain('"DemoEvent"');
  });

  it('leads a contract from draft to active, step by step, and to the archive', async () => {
    const { dataContract } = await create('1.0.0');
    expect(dataContract).toMatchObject({ state: State.DRAFT, keyField: 'session', isPublic: false });
    await expect(rig().call(service.activateDataContract, select('1.0.0'))).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
      details: expect.stringContaining("'acme/visit/1.0.0' is DRAFT"),
    });
    await rig().call(service.reviewDataContract, select('1.0.0'));
    await expect(rig().call(service.approveDataContract, select('1.0.0'), 'member')).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await rig().call(service.approveDataContract, select('1.0.0'));
    await rig().call(service.activateDataContract, select('1.0.0'));
    expect((await get('1.0.0'))?.state).toBe(State.ACTIVE);
    await rig().call(service.archiveDataContract, select('1.0.0'));
    expect((await get('1.0.0'))?.state).toBe(State.ARCHIVED);
    await expect(rig().call(service.deleteDataContract, select('1.0.0'))).rejects.toMatchObject({
      code: status.FAILED_PRECONDITION,
    });
  });

  it('writes a change only onto what was read', async () => {
    const { dataContract, checksum } = await create('1.1.0');
    const change = {
      ...dataContracts.UpdateDataContractRequest.create({}),
      dataContract: entities.DataContract.create({
        ...dataContract,
        metadata: entities.DataContractMetadata.create({ title: 'Visits' }),
      }),
      updateMask: ['metadata.title'],
      checksum,
    };
    const updated = await rig().call(service.updateDataContract, change);
    expect(updated.dataContract).toMatchObject({ metadata: { title: 'Visits' }, keyField: 'session' });
    await expect(rig().call(service.updateDataContract, change)).rejects.toMatchObject({
      code: status.ABORTED,
      details: expect.stringContaining('changed meanwhile'),
    });
  });

  it('finds out that a definition is a JSON Schema, and serves it as one once the contract is active', async () => {
    const { dataContract } = await create('1.2.0', {
      schema: entities.Schema.create({ definition: jsonSchema() }),
    });
    expect(dataContract?.schema).toMatchObject({
      ref: { schemaType: entities.SchemaType.JSONSCHEMA },
      fingerprint: expect.stringMatching(/^[0-9]+$/),
    });
    await rig().call(service.reviewDataContract, select('1.2.0'));
    await rig().call(service.approveDataContract, select('1.2.0'));
    await rig().call(service.activateDataContract, select('1.2.0'));
    const { schema, confluentId } = await rig().call(
      schemas.SchemasServiceService.getSchema,
      {
        ...schemas.GetSchemaRequest.create({}),
        ref: { ...refOf('1.2.0'), schemaType: entities.SchemaType.JSONSCHEMA },
      },
      'installation',
    );
    expect(schema).toMatchObject({ definition: jsonSchema(), state: entities.Schema_State.ACTIVE });
    const { definition: byId } = await rig().call(
      service.getDataContractSchemaDefinition,
      dataContracts.GetDataContractSchemaDefinitionRequest.create({ confluentId }),
      'installation',
    );
    expect(byId).toBe(jsonSchema());
  });

  it.each([
    ['refers to another place', jsonSchema({ a: { $ref: 'https://example.com/a' } }), 'nothing is fetched'],
    ['nests without end', jsonSchema({ a: { $ref: '#' } }), 'refers back to itself'],
    [
      'has a pattern that explodes',
      jsonSchema({ a: { type: 'string', pattern: '(a)\\1' } }),
      'is not accepted',
    ],
    ['has no strmMeta', '{"type":"object","properties":{"session":{"type":"string"}}}', 'strmMeta'],
  ])('refuses a JSON Schema that %s', async (_case, text, words) => {
    const schema = entities.Schema.create({ definition: text });
    await expect(create('9.9.8', { schema })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(words),
    });
  });

  it('refuses a schema that is of another type than it is said to be', async () => {
    const schema = entities.Schema.create({
      ref: { ...refOf('9.9.7'), schemaType: entities.SchemaType.AVRO },
      definition: jsonSchema(),
    });
    await expect(create('9.9.7', { schema })).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: 'The schema is said to be Avro, but its definition is JSON Schema',
    });
  });

  it.each([
    ['a key field that the schema lacks', { keyField: 'nothing' }, 'nothing'],
    [
      'a regex that no linear-time engine takes',
      { validations: [{ field: 'page', type: 'regex', value: '(a)\\1' }] },
      'page',
    ],
    [
      'personal data in a field that is not there',
      {
        fieldMetadata: [
          { fieldName: 'gone', personalDataConfig: { isPii: true, isQuasiId: false, purposeLevel: 1 } },
        ],
      },
      'gone',
    ],
    [
      'a schema that is none',
      { schema: entities.Schema.create({ definition: '{"type":"nothing"}' }) },
      'schema',
    ],
  ])('refuses %s at creation, and names it', async (_case, change, words) => {
    await expect(create('9.9.9', change as Partial<entities.DataContract>)).rejects.toMatchObject({
      code: status.INVALID_ARGUMENT,
      details: expect.stringContaining(words),
    });
  });

  it("refuses another organisation's handle, and a reference that is taken", async () => {
    await expect(create('2.0.0', { ref: refOf('2.0.0', 'visit', 'other') })).rejects.toMatchObject({
      code: status.PERMISSION_DENIED,
    });
    await create('2.0.0');
    await expect(create('2.0.0')).rejects.toMatchObject({ code: status.ALREADY_EXISTS });
  });

  it('hides private contracts from other organisations', async () => {
    await create('3.0.0');
    await expect(get('3.0.0', 'otherAdmin')).rejects.toMatchObject({ code: status.NOT_FOUND });
    await expect(get('3.0.0', 'otherInstallation')).rejects.toMatchObject({ code: status.NOT_FOUND });
    expect((await get('3.0.0', 'installation'))?.ref?.version).toBe('3.0.0');
  });
});

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { dataContracts as wire, entities } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { demoProject } from '../testing/scripted-server.ts';

const scratch = scratchDir();
const service = wire.DataContractsServiceService;
const ref = { handle: 'acme', name: 'clicks', version: '1.0.0' };

const contractYaml = `
keyField: session
field_metadata:
  - fieldName: email
    personalDataConfig: { isPii: true, purposeLevel: 1 }
  - { fieldName: url }
validations:
  - { field: url, type: regex, value: '^https://' }
`;

const shown = entities.DataContract.create({
  ref,
  state: entities.DataContract_State.IN_REVIEW,
  isPublic: true,
  keyField: 'session',
  fieldMetadata: [{ fieldName: 'email', personalDataConfig: { isPii: true } }, { fieldName: 'url' }],
  validations: [{ field: 'url', type: 'regex', value: '^https://' }],
});

describe('data contracts', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(service.createDataContract, () => ({ dataContract: shown, checksum: '1' }));
  });
  afterEach(() => {
    rig.server.close();
  });

  const file = (name: string, content: string): string => {
    const path = join(rig.folder, name);
    writeFileSync(path, content);
    return path;
  };
  const create = (schema: string, contract = contractYaml, ...argv: string[]) =>
    rig.run(
      ...['create', 'data-contract', 'acme/clicks/1.0.0', '--schema-definition', file('schema', schema)],
      ...['--contract-definition', file('contract', contract), ...argv],
    );
  const created = (): entities.DataContract | undefined => {
    const [request] = rig.server.requests('DataContractsService/CreateDataContract');
    return wire.CreateDataContractRequest.create(request ?? {}).dataContract;
  };

  it('are created from a Simple Schema in YAML, in which y is a name', async () => {
    const schema = 'name: Clicks\nnodes:\n  - { name: y, type: INTEGER, required: true }\n';
    expect((await create(schema)).out).toBe(
      [
        'DATA CONTRACT      STATE      PUBLIC  KEY FIELD  # PII FIELDS  # VALIDATIONS',
        'acme/clicks/1.0.0  IN_REVIEW  true    session    1             1',
        '',
      ].join('\n'),
    );
    expect(created()).toEqual(
      entities.DataContract.create({
        ref,
        projectId: demoProject.id,
        keyField: 'session',
        fieldMetadata: [
          { fieldName: 'email', personalDataConfig: { isPii: true, purposeLevel: 1 } },
          { fieldName: 'url' },
        ],
        validations: [{ field: 'url', type: 'regex', value: '^https://' }],
        metadata: {},
        schema: {
          ref,
          simpleSchema: {
            name: 'Clicks',
            nodes: [{ name: 'y', type: entities.SimpleSchemaNodeType.INTEGER, required: true }],
          },
        },
      }),
    );
  });

  it.each([
    ['Avro', '{"type":"record","name":"Clicks","fields":[],"strmSchemaId":"kept"}'],
    ['JSON Schema', '{ "$schema": "https://json-schema.org/draft/2020-12/schema", "type": "object" }\n'],
  ])('are created from %s as it was written, for everyone', async (_, definition) => {
    await create(definition, '{"keyField": "session"}', '--public');
    expect(created()).toMatchObject({ isPublic: true, schema: { definition, isPublic: true } });
    expect(created()?.schema?.simpleSchema).toBeUndefined();
  });

  it('are refused with mistakes in a definition, before the server is asked', async () => {
    const [simple, contract] = ['schema', 'contract'].map((name) => join(rig.folder, name));
    expect((await create('name: Clicks\nnodes: [{ nam: y, type: STRING }]')).err).toMatch(
      new RegExp(`^${simple}: .*"nam" is unknown`),
    );
    expect((await create('{}', 'keyFeld: session')).err).toMatch(
      new RegExp(`^${contract}: .*"keyFeld" is unknown`),
    );
    expect((await create('{}', 'a: [')).err).toMatch(new RegExp(`^${contract}: .*`));
    expect((await create('{}', '[1]')).code).toBe(1);
    expect(created()).toBeUndefined();
  });

  it('are named by three parts', async () => {
    expect((await rig.run('get', 'data-contract', 'acme/clicks')).err).toBe(
      '"acme/clicks" is not a data contract; give handle/name/version\n',
    );
  });

  it('are listed by their refs', async () => {
    rig.server.on(service.listDataContracts, () => ({
      dataContracts: [shown],
      dataContractsAndChecksums: [{ dataContract: shown, checksum: '1' }],
    }));
    expect((await rig.run('list', 'data-contracts', '-o', 'plain')).out).toBe('acme/clicks/1.0.0\n');
  });

  it.each([
    ['review', 'ReviewDataContract'],
    ['approve', 'ApproveDataContract'],
    ['activate', 'ActivateDataContract'],
    ['archive', 'ArchiveDataContract'],
  ])('go through their states in silence: %s', async (verb, method) => {
    rig.server.on(service.reviewDataContract, () => ({}));
    rig.server.on(service.approveDataContract, () => ({}));
    rig.server.on(service.activateDataContract, () => ({}));
    rig.server.on(service.archiveDataContract, () => ({}));
    expect(await rig.run(verb, 'data-contract', 'acme/clicks/1.0.0')).toEqual({ code: 0, out: '', err: '' });
    expect(rig.server.requests(`DataContractsService/${method}`)).toMatchObject([{ dataContractRef: ref }]);
  });

  it('are deleted', async () => {
    rig.server.on(service.deleteDataContract, () => ({}));
    expect((await rig.run('delete', 'data-contract', 'acme/clicks/1.0.0')).out).toBe(
      'Data Contract has been deleted\n',
    );
  });
});

import { dataContracts as wire, entities } from '@ccd/protocol';
import { projectCommand } from '../command/define.ts';
import { requiredText, toggle } from '../command/flag.ts';
import { readUserFile } from '../files/read-user-file.ts';
import { parseUserMessage, parseUserYaml } from '../files/user-message.ts';
import { jsonOf } from '../output/output.ts';
import { toContractRef } from './contract-ref.ts';
import { showContracts } from './data-contracts.ts';
import { readSchema } from './read-schema.ts';

const schemaDefinition = requiredText(
  '--schema-definition <file>',
  'what an event looks like: a Simple Schema (YAML or JSON), or Avro or JSON Schema',
);
const contractDefinition = requiredText(
  '--contract-definition <file>',
  'key field, personal data and validations (YAML or JSON)',
);
const isPublic = toggle('--public', 'let every organisation use it');

export const createDataContract = projectCommand({
  name: 'data-contract',
  args: '<handle/name/version>',
  about: 'create a data contract: what events look like, and what in them is personal',
  details: [
    'The contract definition holds, for example:',
    '',
    '  keyField: sessionId',
    '  fieldMetadata:',
    '    - fieldName: email',
    '      personalDataConfig: { isPii: true, purposeLevel: 1 }',
    '  validations:',
    "    - { field: url, type: regex, value: '^https://' }",
  ].join('\n'),
  examples: [
    'create data-contract acme/clicks/1.0.0 --schema-definition schema.yaml --contract-definition contract.yaml',
  ],
  flags: [schemaDefinition, contractDefinition, isPublic],
  async run({ api, args, flags, project }) {
    const ref = toContractRef(args[0] ?? '');
    const contractFile = flags.get(contractDefinition);
    const defined = entities.DataContract.decode(
      parseUserMessage(
        'strmprivacy.api.entities.v1.DataContract',
        parseUserYaml(await readUserFile(contractFile), contractFile),
        contractFile,
      ),
    );
    const schemaFile = flags.get(schemaDefinition);
    const answer = await api.call(
      wire.DataContractsServiceService.createDataContract,
      wire.CreateDataContractRequest.create({
        projectId: project.id,
        dataContract: {
          ...defined,
          ref,
          projectId: project.id,
          isPublic: flags.get(isPublic),
          metadata: defined.metadata ?? {},
          schema: {
            ...readSchema(await readUserFile(schemaFile), schemaFile),
            ref,
            isPublic: flags.get(isPublic),
          },
        },
      }),
    );
    const { dataContract } = answer.value;
    return { ...jsonOf(answer), ...showContracts(dataContract === undefined ? [] : [dataContract]) };
  },
});

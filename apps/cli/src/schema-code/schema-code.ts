import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { dataContracts as wire } from '@ccd/protocol';
import { CliError } from '../cli-error.ts';
import { projectCommand } from '../command/define.ts';
import { optionalText, requiredText, toggle } from '../command/flag.ts';
import { toContractRef } from '../data-contracts/contract-ref.ts';
import { contractRefs } from '../data-contracts/data-contracts.ts';
import { errorCode } from '../files/error-code.ts';

const language = requiredText('--language <language>', 'java, typescript, python or rust');
const outputFile = optionalText('--output-file <file>', "where to write it; the server's name unless given");
const overwrite = toggle('--overwrite', 'replace a file that is there');

export const getSchemaCode = projectCommand({
  name: 'schema-code',
  args: '<ref>',
  about: 'fetch classes for the events of a data contract, as a zip',
  examples: ['get schema-code strmprivacy/example/1.5.0 --language typescript'],
  flags: [language, outputFile, overwrite],
  formats: ['plain'],
  candidates: contractRefs,
  async run({ api, args, flags }) {
    const { value } = await api.call(
      wire.DataContractsServiceService.getDataContractSchemaCode,
      wire.GetDataContractSchemaCodeRequest.create({
        dataContractRef: toContractRef(args[0] ?? ''),
        language: flags.get(language),
      }),
    );
    // The name is the server's: it may not lead out of this folder.
    const path = flags.get(outputFile) ?? basename(value.filename);
    try {
      await writeFile(path, value.data, { flag: flags.get(overwrite) ? 'w' : 'wx' });
    } catch (cause) {
      if (errorCode(cause) === 'EEXIST')
        throw new CliError(`${path} is there already; add --overwrite to replace it`, { cause });
      throw cause;
    }
    return { plain: () => `Saved to ${path}` };
  },
});

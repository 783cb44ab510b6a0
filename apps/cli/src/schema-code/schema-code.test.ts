import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { dataContracts } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';

const scratch = scratchDir();

describe('get schema-code', () => {
  let rig: Rig;
  let file: string;
  beforeEach(async () => {
    rig = await createRig(scratch);
    file = join(rig.folder, 'code.zip');
    rig.server.on(dataContracts.DataContractsServiceService.getDataContractSchemaCode, () => ({
      filename: '../../code.zip',
      dataSize: 3n,
      data: Buffer.from('zip'),
    }));
  });
  afterEach(() => {
    rig.server.close();
  });

  const get = (...argv: string[]) =>
    rig.run('get', 'schema-code', 'acme/clicks/1.0.0', '--language', 'rust', '--output-file', file, ...argv);

  it('writes the zip, and replaces a file only when told so', async () => {
    expect((await get()).out).toBe(`Saved to ${file}\n`);
    writeFileSync(file, 'mine');
    expect((await get()).err).toBe(`${file} is there already; add --overwrite to replace it\n`);
    expect(readFileSync(file, 'utf8')).toBe('mine');
    await get('--overwrite');
    expect(readFileSync(file, 'utf8')).toBe('zip');
  });
});

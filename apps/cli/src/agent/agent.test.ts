import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';

const scratch = scratchDir();

describe('agent', () => {
  let rig: Rig;
  let data: string;
  let agentFolder: string;
  beforeEach(async () => {
    rig = await createRig(scratch);
    data = join(rig.folder, 'data');
    agentFolder = join(data, 'cluster', 'agents', 'streams-agent');
    mkdirSync(agentFolder, { recursive: true });
    const mark = (number: string) => ({ revision: { epoch: 'e1', number } });
    writeFileSync(
      join(agentFolder, 'guard.json'),
      JSON.stringify({ accepted: mark('41'), withheld: mark('42'), deletions: [] }),
    );
  });
  afterEach(() => {
    rig.server.close();
  });

  it('shows what an agent withholds and takes the release of exactly that, without any server', async () => {
    await rig.run('auth', 'revoke');
    expect((await rig.run('agent', 'status', '--data', data)).out).toBe(
      'AGENT          ACCEPTED  WITHHELD  RELEASED\nstreams-agent  e1/41     e1/42\n',
    );
    expect(await rig.run('agent', 'release', 'streams-agent', 'e1/42', '--data', data)).toEqual({
      code: 0,
      out: 'Revision e1/42 is released for streams-agent.\n',
      err: '',
    });
    expect(readFileSync(join(agentFolder, 'release'), 'utf8')).toBe('e1/42\n');
    expect((await rig.run('agent', 'status', '--data', join(data, 'cluster'))).out).toContain(
      'e1/42     e1/42\n',
    );
  });

  it.each([
    [['streams-agent', 'latest'], '"latest" is not a revision; give <epoch>/<number>'],
    [['other-agent', 'e1/42'], "There is no agent 'other-agent' here; there is streams-agent."],
  ])('refuses to release %j', async (args, problem) => {
    expect((await rig.run('agent', 'release', ...args, '--data', data)).err).toBe(`${problem}\n`);
  });

  it('says where it looked', async () => {
    expect((await rig.run('agent', 'status', '--data', '/none')).err).toBe(
      'No agent keeps anything in /none. Give the folder of the installation with --data, or a namespace of Kubernetes with --namespace.\n',
    );
  });
});

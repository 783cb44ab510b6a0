import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithNeeds, programNeed, scratchDir } from '@ccd/testkit';
import { entities, streams } from '@ccd/protocol';
import { createRig } from '../testing/rig.ts';
import type { Rig } from '../testing/rig.ts';
import { shellScripts } from './shell-scripts.ts';

const scratch = scratchDir();

describe('completion', () => {
  let rig: Rig;
  beforeEach(async () => {
    rig = await createRig(scratch);
    rig.server.on(streams.StreamsServiceService.listStreams, () => ({
      streams: ['demo', 'demo-0-1', 'other'].map((name) =>
        entities.StreamTree.create({ stream: { ref: { name } } }),
      ),
    }));
  });
  afterEach(() => {
    rig.server.close();
  });

  const complete = async (...words: string[]): Promise<readonly string[]> =>
    (await rig.run('__complete', ...words)).out
      .split('\n')
      .map((line) => line.split('\t')[0] ?? '')
      .filter((word) => word !== '');

  it.each([
    [['cre'], ['create']],
    [
      ['create', 'data-connector', ''],
      ['s3', 'gcs', 'azure-blob-storage', 'jdbc'],
    ],
    [['-p', 'create', 'rev'], ['review']],
    [['--project=x', 'rev'], ['review']],
    [['list', 'streams', '--rec'], ['--recursive']],
    [
      ['list', 'streams', '-o', ''],
      ['table', 'json', 'json-raw', 'plain'],
    ],
    [['create', 'batch-job', '-F', ''], [':files']],
    [['nonsense', ''], []],
  ])('offers what may follow %j', async (words, candidates) => {
    expect((await complete(...words)).slice(0, 4)).toEqual(candidates);
  });

  it('offers names of the server, those not yet given', async () => {
    expect(await complete('get', 'stream', 'demo')).toEqual(['demo', 'demo-0-1']);
    expect(await complete('delete', 'stream', 'demo', '')).toEqual(['demo-0-1', 'other']);
    expect(await complete('get', 'stream', 'demo', '')).toEqual([]);
  });

  it('is silent when the server is not there or nobody is logged in', async () => {
    rig.server.close();
    expect(await rig.run('__complete', 'get', 'stream', '')).toEqual({ code: 0, out: '', err: '' });
    await rig.run('auth', 'revoke');
    expect(await rig.run('__complete', 'get', 'stream', '')).toEqual({ code: 0, out: '', err: '' });
  });

  it.each(Object.keys(shellScripts))('prints what %s loads', async (shell) => {
    expect((await rig.run('completion', shell)).out).toBe(`${shellScripts[shell] ?? ''}\n`);
  });
});

const bash = '/bin/bash';

describeWithNeeds(programNeed(bash), 'the script for bash', () => {
  const completeIn = (answers: string, ...words: string[]): readonly string[] => {
    const answersFile = join(scratch, 'answers');
    writeFileSync(answersFile, answers);
    const script = join(scratch, 'complete.bash');
    writeFileSync(
      script,
      [
        shellScripts['bash'],
        `strm() { printf '%s\\n' "$@" > ${join(scratch, 'asked')}; cat ${answersFile}; }`,
        'compopt() { :; }',
        'COMP_WORDS=("$@"); COMP_CWORD=$(( $# - 1 )); COMPREPLY=()',
        '_strm_complete',
        'printf "%s\\n" "${COMPREPLY[@]}"',
      ].join('\n'),
    );
    return execFileSync(bash, [script, ...words], { encoding: 'utf8' })
      .trimEnd()
      .split('\n');
  };

  it('offers words without their explanations, quoted where they need it', () => {
    expect(completeIn('demo\tabout it\nmy stream\n', 'strm', 'get', 'stream', '')).toEqual([
      'demo',
      'my\\ stream',
    ]);
  });

  it('leaves files to bash', () => {
    expect(completeIn(':files\n', 'strm', 'create', 'batch-job', '-F', '')).toEqual(['']);
  });
});

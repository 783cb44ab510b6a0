import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { scratchDir } from '@ccd/testkit';
import { ensureConfigFile, readSettings, writeConfig } from './config-file.ts';
import { configPath, loginFileName } from './config-folder.ts';
import { appendLog } from './log-file.ts';
import { createSavedEntities } from './saved-entities.ts';

const scratch = scratchDir();
let count = 0;
const newFolder = (): string => {
  const folder = join(scratch, `config-${(count += 1)}`);
  mkdirSync(folder);
  return folder;
};
const read = (folder: string, name = 'config.yaml'): string => readFileSync(join(folder, name), 'utf8');

describe(configPath, () => {
  it('is what STRM_CONFIG_PATH says, or the customary place', () => {
    expect(configPath({ env: { STRM_CONFIG_PATH: '/there' }, homeFolder: '/home/ann' })).toBe('/there');
    expect(configPath({ env: {}, homeFolder: '/home/ann' })).toBe('/home/ann/.config/strmprivacy');
  });
});

describe(loginFileName, () => {
  it.each([
    ['https://accounts.strmprivacy.io', 'strm-creds-accounts.strmprivacy.io.json'],
    ['http://localhost:8080/', 'strm-creds-localhost.json'],
  ])('goes by the host alone: %s', (url, name) => {
    expect(loginFileName(url)).toBe(name);
  });
});

describe(writeConfig, () => {
  it('sets flags in a new file and leaves the others commented', async () => {
    const folder = newFolder();
    await writeConfig(folder, { 'api-host': 'localhost:50051', 'web-socket-url': 'ws://localhost/ws' });
    expect(await readSettings(folder)).toEqual({
      'api-host': 'localhost:50051',
      'web-socket-url': 'ws://localhost/ws',
    });
    expect(read(folder)).toContain('# api-auth-url: https://accounts.strmprivacy.io');
  });

  it('keeps what a person wrote', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'config.yaml'), '# mine\nsave: false # no files\napi-host: old:1\n');
    await writeConfig(folder, { 'api-host': 'localhost:50051' });
    expect(read(folder)).toBe('# mine\nsave: false # no files\napi-host: localhost:50051\n');
  });

  it('takes the place of a file in which everything is commented', async () => {
    const folder = newFolder();
    await ensureConfigFile(folder);
    await writeConfig(folder, { 'api-host': 'localhost:50051' });
    expect(await readSettings(folder)).toEqual({ 'api-host': 'localhost:50051' });
    expect(readdirSync(folder)).toEqual(['config.yaml']);
  });
});

describe(readSettings, () => {
  it('reads every value as text', async () => {
    const folder = newFolder();
    writeFileSync(join(folder, 'config.yaml'), 'save: true\ninterval: 60\nempty:\n');
    expect(await readSettings(folder)).toEqual({ save: 'true', interval: '60' });
  });

  it.each([
    ['a: [', 'is not valid YAML'],
    ['- a', 'does not hold flags with values'],
  ])('names the file when it is wrong: %j', async (content, problem) => {
    const folder = newFolder();
    writeFileSync(join(folder, 'config.yaml'), content);
    await expect(readSettings(folder)).rejects.toThrow(`${join(folder, 'config.yaml')} ${problem}`);
  });
});

describe(createSavedEntities, () => {
  it('keeps names that mean something to a file system inside the folder', async () => {
    const folder = newFolder();
    const saved = createSavedEntities(folder);
    for (const name of ['../../up', '..', 'a/b', 'a\\b', '100%', 'Ünï cödé']) {
      const path = await saved.save('Stream', name, { name });
      expect(path.startsWith(join(folder, 'saved-entities', 'Stream'))).toBe(true);
      expect(JSON.parse((await saved.load('Stream', name))?.text ?? '')).toEqual({ name });
    }
    expect(readdirSync(join(folder, 'saved-entities', 'Stream'))).toHaveLength(6);
    expect(await saved.load('../Stream', 'none')).toBeUndefined();
  });
});

describe(appendLog, () => {
  it('begins a new file once the old one is larger than 1 MB', async () => {
    const folder = newFolder();
    await appendLog(folder, ['first']);
    await appendLog(folder, ['x'.repeat(1_000_000)]);
    await appendLog(folder, ['next']);
    expect(read(folder, 'strm.log')).toBe('next\n');
    expect(read(folder, 'strm.log.1').startsWith('first\n')).toBe(true);
    expect(statSync(join(folder, 'strm.log')).mode & 0o777).toBe(0o600);
  });
});

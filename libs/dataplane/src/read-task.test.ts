import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { InvalidTaskError, readTask } from './read-task.ts';
import { decrypterTaskSchema } from './tasks.ts';

const scratch = scratchDir();
const folderWith = (text: string): string => {
  const folder = mkdtempSync(join(scratch, 'task-'));
  writeFileSync(join(folder, 'task.json'), text);
  return folder;
};

describe(readTask, () => {
  it.each([
    ['{"streamId": "canary', 'not JSON'],
    ['{"streamId": 5, "canary": 1, "derived": [{"masking": {"seed": "canary"}}]}', 'streamId (invalid_type)'],
  ])('says what is wrong with %j, and quotes nothing of it', (text, why) => {
    const read = () => readTask(folderWith(text), decrypterTaskSchema);
    expect(read).toThrow(InvalidTaskError);
    expect(read).toThrow(why);
    expect(read).not.toThrow('canary');
  });

  it('says which file is missing', () => {
    expect(() => readTask(join(scratch, 'none'), decrypterTaskSchema)).toThrow('(ENOENT)');
  });
});

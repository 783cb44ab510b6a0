import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import { loadDeadLetterDecisions } from './dead-letters.ts';

const path = join(scratchDir(), 'dead-letters.json');

describe(loadDeadLetterDecisions, () => {
  it('takes a file that is not there for no decision', async () => {
    await expect(loadDeadLetterDecisions(undefined)).resolves.toEqual([]);
    await expect(loadDeadLetterDecisions(`${path}.none`)).resolves.toEqual([]);
  });

  it('reads what a person decided', async () => {
    const decision = { stream: '1', partition: 0, upTo: 41 };
    writeFileSync(path, JSON.stringify([decision]));
    await expect(loadDeadLetterDecisions(path)).resolves.toEqual([decision]);
  });

  it.each(['{', '{}', '[{"stream":"1","partition":0}]', '[{"stream":"1","partition":0,"upTo":"9"}]'])(
    'guesses nothing from %s',
    async (text) => {
      writeFileSync(path, text);
      await expect(loadDeadLetterDecisions(path)).rejects.toThrow('is no list of');
    },
  );
});

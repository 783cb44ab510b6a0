import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { scratchDir } from '@ccd/testkit';
import { afterEach, describe, expect, it } from '@jest/globals';
import { createMayGo } from './dead-letter.ts';

const file = join(scratchDir(), 'dead-letters.json');
const closers: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

async function setUp({ withTopic = true } = {}) {
  const log = createMemoryLog();
  closers.push(() => log.close());
  if (withTopic) await log.admin.createTopic({ name: 'dlq-1', partitions: 1, config: { cleanup: 'delete' } });
  const unreadable: string[] = [];
  const mayGo = createMayGo({
    file,
    streamId: '1',
    log,
    onUnreadable: ({ name }) => unreadable.push(name),
  });
  return { mayGo, unreadable };
}

describe(createMayGo, () => {
  it.each([
    [{ partition: 2, offset: 41 }, true],
    [{ partition: 2, offset: 7 }, true],
    [{ partition: 2, offset: 42 }, false],
    [{ partition: 1, offset: 7 }, false],
  ])('lets what stands at %j go: %p', async (place, expected) => {
    writeFileSync(
      file,
      JSON.stringify([
        { stream: '1', partition: 2, upTo: 41 },
        { stream: '2', partition: 1, upTo: 99 },
      ]),
    );
    const { mayGo } = await setUp();
    expect(await mayGo(place)).toBe(expected);
  });

  it('waits for the topic, which the agent makes', async () => {
    writeFileSync(file, JSON.stringify([{ stream: '1', partition: 0, upTo: 1 }]));
    const { mayGo } = await setUp({ withTopic: false });
    expect(await mayGo({ partition: 0, offset: 1 })).toBe(false);
  });

  it('lets nothing go, and says so, where the file is no list of decisions', async () => {
    writeFileSync(file, '[{');
    const { mayGo, unreadable } = await setUp();
    expect(await mayGo({ partition: 0, offset: 1 })).toBe(false);
    expect(unreadable).toEqual(['DeadLettersUnreadableError']);
  });
});

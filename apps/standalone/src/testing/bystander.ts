import type { Run } from './entities.ts';
import { topicOf } from './entities.ts';

/** Streams that have nothing to do with what a test does, and stay: one source, and one derived from it. Answers with their topics. */
export async function createBystander(strm: Run): Promise<readonly string[]> {
  await strm('create', 'stream', 'bystander');
  await strm('create', 'stream', 'bystander-1', '--derived-from', 'bystander', '--purposes', '1');
  const source = await topicOf(strm, 'bystander');
  return [source, source.replace(/^stream-/, 'keys-'), await topicOf(strm, 'bystander-1')];
}

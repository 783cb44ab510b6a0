import { TopicNotFoundError } from '@ccd/eventlog';
import { createMemoryLog } from '@ccd/eventlog/testing';
import { createFakeClock } from '@ccd/reconcile/testing';
import { afterEach, describe, expect, it } from '@jest/globals';
import { accepted } from './gateway-response.ts';
import { sampleSender } from './testing/gateway-rig.ts';
import { createTopicWait, withTopicWait } from './topic-wait.ts';

const { stream } = sampleSender;
const request = { stream, body: Buffer.alloc(0), schemaRef: undefined, serialization: undefined };

let close = async (): Promise<void> => {};
afterEach(() => close());

function setUp() {
  const clock = createFakeClock();
  const log = createMemoryLog({ clock });
  close = () => log.close();
  let looks = 0;
  const describeTopic = async (name: string) => {
    looks += 1;
    return log.admin.describeTopic(name);
  };
  const topics = createTopicWait({ admin: { describeTopic }, clock });
  const accept = withTopicWait(async () => {
    if ((await log.admin.describeTopic('stream-1')) === undefined) throw new TopicNotFoundError('stream-1');
    return accepted;
  }, topics);
  const create = (name: string) =>
    log.admin.createTopic({ name, partitions: 1, config: { cleanup: 'delete' } });
  return { clock, accept, create, looks: () => looks };
}

const outcomeOf = async (answer: unknown): Promise<unknown> => {
  try {
    return await answer;
  } catch (error) {
    return error;
  }
};

describe(withTopicWait, () => {
  it('takes the first events of a stream as soon as both of its topics are there', async () => {
    const { clock, accept, create } = setUp();
    const answers = Promise.all([accept(request), accept(request)]);
    await clock.advance(1_000);
    await create('stream-1');
    let isAnswered = false;
    void answers.then(() => (isAnswered = true));
    await clock.advance(1_000);
    expect(isAnswered).toBe(false);
    await create('keys-1');
    await clock.advance(200);
    expect(await answers).toEqual([accepted, accepted]);
  });

  it('refuses them after five seconds, and the next ones for a while without waiting', async () => {
    const { clock, accept, looks } = setUp();
    const idle = clock.sleepers();
    const answer = outcomeOf(accept(request));
    await clock.advance(5_200);
    expect(await answer).toBeInstanceOf(TopicNotFoundError);
    const before = looks();
    await expect(accept(request)).rejects.toBeInstanceOf(TopicNotFoundError);
    expect(looks()).toBe(before);
    expect(clock.sleepers()).toBe(idle);
  });

  it('waits again half a minute later', async () => {
    const { clock, accept, create } = setUp();
    const answer = outcomeOf(accept(request));
    await clock.advance(5_200);
    expect(await answer).toBeInstanceOf(TopicNotFoundError);
    await clock.advance(30_000);
    const next = accept(request);
    await create('keys-1');
    await create('stream-1');
    await clock.advance(200);
    expect(await next).toEqual(accepted);
  });

  it('asks once for all events that wait', async () => {
    const { clock, accept, create, looks } = setUp();
    const answers = Promise.all(Array.from({ length: 20 }, async () => accept(request)));
    await clock.advance(0);
    expect(looks()).toBe(2);
    await create('keys-1');
    await create('stream-1');
    await clock.advance(200);
    expect(await answers).toHaveLength(20);
  });

  it('lets other failures pass', async () => {
    const { create } = setUp();
    await create('stream-1');
    const failing = withTopicWait(() => Promise.reject(new RangeError('something else')), {
      appear: () => Promise.resolve(true),
    });
    await expect(failing(request)).rejects.toThrow('something else');
  });
});

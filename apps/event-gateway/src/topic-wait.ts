import { keyTopicOf } from '@ccd/dataplane';
import type { TopicAdmin } from '@ccd/eventlog';
import { TopicNotFoundError } from '@ccd/eventlog';
import type { Clock } from '@ccd/reconcile';
import { LRUCache } from 'lru-cache';
import type { AcceptEvent, EventRequest } from './accept-event.ts';
import type { GatewayResponse } from './gateway-response.ts';

export interface TopicWaitOptions {
  readonly admin: Pick<TopicAdmin, 'describeTopic'>;
  readonly clock: Clock;
  /** How long events wait for the topics of their stream. @default 5 000 ms */
  readonly patienceMs?: number;
  /** How long nobody waits again after that, so that a stream that stays without does not hold the others up. @default 30 000 ms */
  readonly giveUpMs?: number;
}

/** Waits for topics that the streams agent is about to make. */
export interface TopicWait {
  /** Whether the stream has its topics, now or within the time that is waited. */
  appear(stream: Pick<EventRequest['stream'], 'topic' | 'uuid'>): Promise<boolean>;
}

const everyMs = 200;
const maxStreams = 10_000;

export function createTopicWait(options: TopicWaitOptions): TopicWait {
  const { admin, clock, patienceMs = 5_000, giveUpMs = 30_000 } = options;
  const waiting = new Map<string, Promise<boolean>>();
  const missedAt = new LRUCache<string, number>({ max: maxStreams });

  async function wait(topics: readonly string[]): Promise<boolean> {
    const until = clock.monotonic() + patienceMs;
    for (;;) {
      const found = await Promise.all(topics.map((topic) => admin.describeTopic(topic)));
      if (!found.includes(undefined)) return true;
      if (clock.monotonic() >= until) return false;
      await clock.sleep(everyMs);
    }
  }

  async function waitOnce(uuid: string, topics: readonly string[]): Promise<boolean> {
    try {
      const found = await wait(topics);
      if (!found) missedAt.set(uuid, clock.monotonic());
      return found;
    } finally {
      waiting.delete(uuid);
    }
  }

  return {
    appear({ topic, uuid }) {
      const running = waiting.get(uuid);
      if (running !== undefined) return running;
      const missed = missedAt.get(uuid);
      if (missed !== undefined && clock.monotonic() - missed < giveUpMs) return Promise.resolve(false);
      const started = waitOnce(uuid, [topic, keyTopicOf(uuid)]);
      waiting.set(uuid, started);
      return started;
    },
  };
}

/**
 * The first events of a new stream come before the agent has made its topics, and the simulator of the command line
 * ends on the first answer that is no 204. A refusal for want of a topic has stored nothing, so the event is taken anew.
 */
export function withTopicWait(accept: AcceptEvent, topics: TopicWait): AcceptEvent {
  async function waitAndRetry(request: EventRequest, error: unknown): Promise<GatewayResponse> {
    if (!(error instanceof TopicNotFoundError) || !(await topics.appear(request.stream))) throw error;
    return accept(request);
  }

  return (request) => {
    const answer = accept(request);
    return answer instanceof Promise
      ? answer.catch((error: unknown) => waitAndRetry(request, error))
      : answer;
  };
}

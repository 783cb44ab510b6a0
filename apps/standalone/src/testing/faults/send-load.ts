import { setTimeout as delay } from 'node:timers/promises';
import type { ExampleEvent, Sender } from '../send-events.ts';
import { fetchToken, postEvent } from '../send-events.ts';
import type { Ledger, Outcome } from './ledger.ts';

export interface Load {
  /** Ends the load; what is under way gets its answer first. */
  stop(): Promise<void>;
}

export interface Pace {
  /** Requests at the same time. */
  readonly width: number;
  /** Between an answer and the next request of the same sender. */
  readonly gapMs?: number;
}

export interface LoadOptions extends Pace {
  readonly sender: Sender;
  readonly ledger: Ledger;
}

/** A machine that is busy with starting what was killed should not be busy with events as well. */
const gentleMs = 20;
const afterFailureMs = 50;
const answerWithinMs = 15_000;

/** Sends events at an even pace, each attempt a new one, through whatever breaks meanwhile. */
export function sendLoad({ sender, ledger, width, gapMs = gentleMs }: LoadOptions): Load {
  const stopping = new AbortController();
  let token: Promise<string> | undefined;

  async function post(event: ExampleEvent): Promise<number> {
    const using = (token ??= fetchToken(sender));
    const forget = (): void => {
      if (token === using) token = undefined;
    };
    try {
      const bearer = await using;
      const status = await withinTime(postEvent(sender.eventsUrl, bearer, event)).catch(() => 0);
      if (status === 401) forget();
      return status;
    } catch {
      forget();
      return 0;
    }
  }

  async function sendOn(): Promise<void> {
    while (!stopping.signal.aborted) {
      const event = ledger.next();
      const outcome = toOutcome(await post(event));
      ledger.answered(event, outcome);
      await delay(outcome === 'accepted' ? gapMs : afterFailureMs);
    }
  }

  const senders = Array.from({ length: width }, sendOn);
  return {
    async stop() {
      stopping.abort();
      await Promise.all(senders);
    },
  };
}

async function withinTime(answer: Promise<number>): Promise<number> {
  const patience = new AbortController();
  try {
    return await Promise.race([answer, delay(answerWithinMs, 0, { signal: patience.signal }).catch(() => 0)]);
  } finally {
    patience.abort();
  }
}

/** Only a 4xx says that the event was not taken. */
function toOutcome(status: number): Outcome {
  if (status === 204) return 'accepted';
  return status >= 400 && status < 500 ? 'refused' : 'unknown';
}

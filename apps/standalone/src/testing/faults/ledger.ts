import { personal } from '@ccd/testkit';
import type { ExampleEvent } from '../send-events.ts';
import { exampleContract } from '../send-events.ts';

/** What the sender of an event knows of it. `unknown`: no answer, or one that promises nothing. */
export type Outcome = 'accepted' | 'refused' | 'unknown';

export interface Sent {
  readonly event: ExampleEvent;
  readonly outcome: Outcome;
}

/** Every attempt to send an event, each with an id of its own. */
export interface Ledger {
  /** An attempt that nobody answered yet. */
  next(): ExampleEvent;
  answered(event: ExampleEvent, outcome: Outcome): void;
  readonly sent: ReadonlyMap<string, Sent>;
  accepted(): number;
}

const consents = [[], [1], [1, 2, 3]] as const;
/** Keys are made all along the run. */
const eventsPerSession = 25;

export function createLedger(): Ledger {
  const sent = new Map<string, Sent>();
  let accepted = 0;
  return {
    sent,
    next() {
      const index = sent.size;
      const event: ExampleEvent = {
        strmMeta: {
          eventContractRef: exampleContract,
          consentLevels: consents[index % consents.length] ?? [],
        },
        uniqueIdentifier: personal(`unique-${index % 97}`),
        consistentValue: personal(`session-${Math.floor(index / eventsPerSession)}`),
        someSensitiveValue: personal(`sensitive-${index % 89}`),
        notSensitiveValue: `event-${index}`,
      };
      sent.set(event.notSensitiveValue, { event, outcome: 'unknown' });
      return event;
    },
    answered(event, outcome) {
      if (outcome === 'accepted') accepted += 1;
      sent.set(event.notSensitiveValue, { event, outcome });
    },
    accepted: () => accepted,
  };
}

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
  /** Of all its events. */
  readonly contract: string;
  /** An attempt that nobody answered yet. */
  next(): ExampleEvent;
  answered(event: ExampleEvent, outcome: Outcome): void;
  readonly sent: ReadonlyMap<string, Sent>;
  accepted(): number;
}

const consents = [[], [1], [1, 2, 3]] as const;
/** Keys are made all along the run. */
const eventsPerSession = 25;

/** @param contract of the fields of the public example */
export function createLedger(contract = exampleContract): Ledger {
  const sent = new Map<string, Sent>();
  let accepted = 0;
  return {
    contract,
    sent,
    next() {
      const index = sent.size;
      const event: ExampleEvent = {
        strmMeta: {
          eventContractRef: contract,
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

/** Purposes that a data subject agreed to. */
export type ConsentSet = readonly number[];

export interface EventChoices {
  readonly contractRef: string;
  readonly sessionPrefix: string;
  readonly sessionRange: number;
  readonly consents: readonly ConsentSet[];
}

/** An event of the public example contract, in the values that everyone's simulator sends. */
export interface DemoEvent {
  readonly strmMeta: {
    readonly eventContractRef: string;
    readonly nonce: null;
    readonly timestamp: null;
    readonly keyLink: null;
    readonly billingId: null;
    readonly consentLevels: ConsentSet;
  };
  readonly uniqueIdentifier: string;
  readonly consistentValue: string;
  readonly someSensitiveValue: string;
  readonly notSensitiveValue: string;
}

/** Draws one event; `random` answers with at least 0 and less than 1. */
export function randomEvent(choices: EventChoices, random: () => number): DemoEvent {
  const below = (limit: number): number => Math.floor(random() * limit);
  const { consents, contractRef, sessionPrefix, sessionRange } = choices;
  return {
    strmMeta: {
      eventContractRef: contractRef,
      nonce: null,
      timestamp: null,
      keyLink: null,
      billingId: null,
      consentLevels: consents[below(consents.length)] ?? [],
    },
    uniqueIdentifier: `unique-${below(100)}`,
    consistentValue: `${sessionPrefix}-${below(sessionRange)}`,
    someSensitiveValue: `sensitive-${below(100)}`,
    notSensitiveValue: `not-sensitive-${below(100)}`,
  };
}

import type { ContractDefinition } from '@ccd/contracts';
import { publicContracts } from '@ccd/contracts';

const [example] = publicContracts;
if (example === undefined) throw new Error('there is an example contract');

/** `strmprivacy/example/1.3.0`, as a data plane knows it. */
export const definition: ContractDefinition = { ...example, schemaId: 7 };

/** An event of it, plain. */
export const sampleEvent = (changes: Readonly<Record<string, unknown>> = {}) => ({
  strmMeta: { eventContractRef: definition.ref, consentLevels: [1] },
  uniqueIdentifier: 'unique-5',
  consistentValue: 'session-1',
  someSensitiveValue: null,
  notSensitiveValue: 'open',
  ...changes,
});

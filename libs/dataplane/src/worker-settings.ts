import { loggingSettings } from '@ccd/service';
import { deadLetterSettings } from './dead-letters.ts';
import { eventLogSettings } from './event-log-settings.ts';
import { guardrailSettings } from './guardrails/guardrails.ts';
import { keySecretSettings, keyStoreSettings } from './key-store-settings.ts';
import { cacheSettings, controlPlaneSettings } from './settings.ts';
import { storageSettings } from './storage-settings.ts';

/** What a decrypter is given from the environment of the agent that runs it. */
export const decrypterSettings = {
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...keyStoreSettings,
  ...cacheSettings,
  ...guardrailSettings,
  ...deadLetterSettings,
  ...loggingSettings,
} as const;

/** The same of a batch exporter. */
export const exporterSettings = {
  ...controlPlaneSettings,
  ...eventLogSettings,
  ...keySecretSettings,
  ...cacheSettings,
  ...storageSettings,
  ...guardrailSettings,
  ...loggingSettings,
} as const;

export { createPublishedKeys, InvalidKeySetError } from './published-keys.ts';
export { createStreamTokens, KeySetUnavailableError, TokenRefusedError } from './stream-tokens.ts';
export type { KeySetSource, StreamTokenOptions, StreamTokens } from './stream-tokens.ts';

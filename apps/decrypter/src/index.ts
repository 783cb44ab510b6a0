export { configSchema } from './config.ts';
export type { DecrypterConfig } from './config.ts';
export { startDecrypter } from './start-decrypter.ts';

export { createCapturingLogger } from './capturing-logger.ts';
export type { CapturingLogger, LogEntry } from './capturing-logger.ts';
export { createSilentLogger } from '../logger.ts';
export { testCertificate } from './test-certificate.ts';

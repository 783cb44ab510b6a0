export { failpoint } from './failpoint.ts';
export { failpointNames } from './failpoint-names.ts';
export type { FailpointName } from './failpoint-names.ts';

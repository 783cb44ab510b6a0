/** Whether this is CI, where a suite that lacks what it needs must not go unnoticed. */
export const isCi = (process.env['CI'] ?? '') !== '' && process.env['CI'] !== 'false';

/** Whether suites run at their full size; a tenth otherwise. */
export const isFullSize = process.env['CCD_FULL'] === '1';

/** Seed of random choices, to run again what failed; each run has its own where none is given. */
export const givenSeed = process.env['CCD_SEED'];

/** File to which suites add what they did, a JSON object a line; absent: nobody wants to know. */
export const summaryFile = process.env['CCD_SUMMARY'];

/** Folder through which a process with failpoints is told what to do (arm-failpoints.ts). */
export const failpointFolder = process.env['CCD_FAILPOINT_FOLDER'];

/** Whether this is CI, where a suite that lacks what it needs must not go unnoticed. */
export const isCi = (process.env['CI'] ?? '') !== '' && process.env['CI'] !== 'false';

/** Whether suites run at their full size; a tenth otherwise. */
export const isFullSize = process.env['CCD_FULL'] === '1';

/** Seed of random choices, to run again what failed; each run has its own where none is given. */
export const givenSeed = process.env['CCD_SEED'];

/** A checkout of another version, with its packages, for suites that go from one to another; absent: there is this one alone. */
export const otherCheckout = process.env['CCD_OTHER_CHECKOUT'];

/** File to which suites add what they did, a JSON object a line; absent: nobody wants to know. */
export const summaryFile = process.env['CCD_SUMMARY'];

/** Folder through which a process with failpoints is told what to do (arm-failpoints.ts). */
export const failpointFolder = process.env['CCD_FAILPOINT_FOLDER'];

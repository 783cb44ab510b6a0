/** Seconds that a soak is to take; absent: as long as the kind of run has it. */
export const soakSeconds = process.env['SOAK_SECONDS'];

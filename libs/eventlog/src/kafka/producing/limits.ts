/** What a broker takes as one batch without being told otherwise (`message.max.bytes`). */
export const maxBatchBytes = 1024 * 1024 + 12;
/** All records of one call. */
export const maxCallBytes = 16 * 1024 * 1024;
/** Records of a producer that wait to be sent; beyond that, appends are refused at once. */
export const maxWaitingBytes = 64 * 1024 * 1024;

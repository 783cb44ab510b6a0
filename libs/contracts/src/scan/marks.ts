import type { ScanCursor } from './scan-cursor.ts';

/**
 * What a scan notes of the places that it was asked about. A mark is five numbers: what was marked, where its bytes
 * begin and end, where its text begins (after the length), and whether that text is known to be ASCII.
 */
export const markSize = 5;

export function addMark(
  cursor: ScanCursor,
  what: number,
  start: number,
  textStart: number,
  isAscii: boolean,
): void {
  cursor.marks.push(what, start, cursor.position, textStart, isAscii ? 1 : 0);
}

/** The parts of `strmMeta` that are marked in every event; the paths that a scanner is made for count from 0 up. */
export const metaMarks = {
  eventContractRef: -1,
  nonce: -2,
  timestamp: -3,
  keyLink: -4,
  billingId: -5,
  consentLevels: -6,
} as const;

/** Whether a mark holds a text; others hold a whole value, the number of its branch included. */
export const isTextMark = (what: number): boolean => what >= metaMarks.eventContractRef;

/** What a scan notes of a place that it was asked about; a list in the order of the bytes. */
export class Mark {
  /** A part of `strmMeta`, or the number of a path. */
  readonly what: number;
  /** Where the value begins and ends. */
  readonly start: number;
  readonly end: number;
  /** Where its text begins, after the length. */
  readonly textStart: number;
  readonly isAscii: boolean;
  /** The text, once it was read. */
  text: string | undefined = undefined;
  next: Mark | undefined = undefined;

  constructor(what: number, start: number, end: number, textStart: number, isAscii: boolean) {
    this.what = what;
    this.start = start;
    this.end = end;
    this.textStart = textStart;
    this.isAscii = isAscii;
  }
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

import type { EventMeta, EventStamp } from '../event-meta.ts';
import type { Mark } from './marks.ts';
import { metaMarks } from './marks.ts';
import type { MetaLayout } from './meta-layout.ts';
import { scanIndex, scanLength, scanLong, ScanCursor } from './scan-cursor.ts';
import { SpliceSink } from './splice-sink.ts';
import type { TextRewriter } from './splice-sink.ts';

/** The new text of a path's text, or undefined to leave it. */
export type ReplaceText = (path: number, text: string) => string | undefined;

/** Finds things by a part of some bytes, which is not copied for that. */
export interface TableOfBytes<T> {
  of(source: Buffer, start: number, end: number): T;
}

const asText: TableOfBytes<string> = { of: (source, start, end) => source.toString('utf8', start, end) };
const sink = new SpliceSink();
const metaCursor = new ScanCursor();
const none: readonly string[] = [];

/**
 * An event as its bytes, all of them checked, with the places of some texts. Paths are named by their index in the list
 * that the scanner was compiled with. The bytes must not change while this is in use.
 */
export class ScannedEvent {
  readonly #bytes: Buffer;
  readonly #marks: Mark | undefined;
  readonly #layout: MetaLayout;

  constructor(bytes: Buffer, marks: Mark | undefined, layout: MetaLayout) {
    this.#bytes = bytes;
    this.#marks = marks;
    this.#layout = layout;
  }

  get contractRef(): string {
    return this.text(metaMarks.eventContractRef) ?? '';
  }

  /** Whether the event names this contract, whose reference is given in UTF-8. */
  isOf(contractRef: Uint8Array): boolean {
    const mark = this.#markOf(metaMarks.eventContractRef);
    if (mark === undefined || mark.end - mark.textStart !== contractRef.length) return false;
    for (let at = 0; at < contractRef.length; at += 1) {
      if (this.#bytes[mark.textStart + at] !== contractRef[at]) return false;
    }
    return true;
  }

  /** The part of the event that says how it is to be handled. */
  meta(): EventMeta {
    return { contractRef: this.contractRef, keyLink: this.keyLink(), consentLevels: this.consentLevels() };
  }

  /** A number that events with the same encoding of their consents share; undefined where that is too long for one. */
  consentCode(): number | undefined {
    const mark = this.#markOf(metaMarks.consentLevels);
    if (mark === undefined || mark.end - mark.start > 6) return undefined;
    let code = 1;
    for (let at = mark.start; at < mark.end; at += 1) code = code * 0x100 + (this.#bytes[at] ?? 0);
    return code;
  }

  /** The first text on the path; undefined where there is none or it is null. */
  text(path: number): string | undefined {
    for (let mark = this.#marks; mark !== undefined; mark = mark.next) {
      if (mark.what === path) return this.#textOf(mark);
    }
    return undefined;
  }

  /** The only text on the path by itself, or all of them. */
  textOrTexts(path: number): string | readonly string[] {
    let only: Mark | undefined;
    for (let mark = this.#marks; mark !== undefined; mark = mark.next) {
      if (mark.what !== path) continue;
      if (only !== undefined) return this.texts(path);
      only = mark;
    }
    return only === undefined ? none : this.#textOf(only);
  }

  /** All texts on the path, one for each element of lists on the way. */
  texts(path: number): readonly string[] {
    const found: string[] = [];
    for (let mark = this.#marks; mark !== undefined; mark = mark.next) {
      if (mark.what === path) found.push(this.#textOf(mark));
    }
    return found;
  }

  /**
   * The bytes that were scanned behind `prefix`, with texts replaced, and with what the gateway fills in where there is a stamp.
   * All else is copied as it stands.
   */
  splice(prefix: Uint8Array, stamp: EventStamp | undefined, replace: ReplaceText): Buffer {
    if (stamp !== undefined && this.#markOf(metaMarks.nonce) === undefined) {
      throw new TypeError('the scanner was not asked to mark what is stamped');
    }
    let copied = 0;
    sink.begin(prefix);
    for (let mark = this.#marks; mark !== undefined; mark = mark.next) {
      const { what, start, end } = mark;
      if (what < 0) {
        if (stamp === undefined || !isStamped(what)) continue;
        sink.copy(this.#bytes, copied, start);
        this.#writeStamp(what, stamp);
        copied = end;
        continue;
      }
      // A place of several roles is marked once for each; the first that replaces it has done so.
      if (start < copied) continue;
      const text = replace(what, this.#textOf(mark));
      if (text === undefined) continue;
      sink.copy(this.#bytes, copied, start);
      sink.text(text);
      copied = end;
    }
    sink.copy(this.#bytes, copied, this.#bytes.length);
    return sink.done();
  }

  /** Puts the bytes that were scanned into the sink, with texts rewritten. All else is copied as it stands. */
  rewrite(sink: SpliceSink, rewriter: TextRewriter): void {
    const bytes = this.#bytes;
    let copied = 0;
    for (let mark = this.#marks; mark !== undefined; mark = mark.next) {
      const { what, start, end } = mark;
      if (what < 0 || start < copied || rewriter.changes[what] !== true) continue;
      sink.copy(bytes, copied, start);
      sink.rewritten(what, bytes, mark.textStart, end, rewriter);
      copied = end;
    }
    sink.copy(bytes, copied, bytes.length);
  }

  #writeStamp(what: number, { nonce, timestamp, keyLink }: EventStamp): void {
    const layout = this.#layout;
    switch (what) {
      case metaMarks.nonce:
        sink.long(1 - layout.nonce);
        sink.long(nonce);
        break;
      case metaMarks.timestamp:
        sink.long(1 - layout.timestamp);
        sink.long(timestamp);
        break;
      case metaMarks.keyLink:
        sink.long(1 - layout.keyLink);
        sink.text(keyLink);
        break;
      default:
        sink.long(layout.billingId ?? 0);
    }
  }

  #textOf(mark: Mark): string {
    mark.text ??= this.#bytes.toString(mark.isAscii ? 'latin1' : 'utf8', mark.textStart, mark.end);
    return mark.text;
  }

  /** Stands a cursor at the value of a field of `strmMeta`; the scan has checked what it will read. */
  #at(what: number): ScanCursor {
    const mark = this.#markOf(what);
    if (mark === undefined) throw new TypeError('the scanner was not asked to mark this part');
    metaCursor.begin(this.#bytes, mark.start);
    return metaCursor;
  }

  #markOf(what: number): Mark | undefined {
    let mark = this.#marks;
    while (mark !== undefined && mark.what !== what) mark = mark.next;
    return mark;
  }

  keyLink(): string | null {
    return this.keyLinkIn(asText);
  }

  /** What stands in a table under the key link; null where the event has none. */
  keyLinkIn<T>(table: TableOfBytes<T>): T | null {
    const cursor = this.#at(metaMarks.keyLink);
    if (scanIndex(cursor, 2) === this.#layout.keyLink) return null;
    const length = scanLength(cursor);
    return table.of(this.#bytes, cursor.position, cursor.position + length);
  }

  consentLevels(): readonly number[] {
    const cursor = this.#at(metaMarks.consentLevels);
    const levels: number[] = [];
    for (let count = scanLong(cursor); count !== 0; count = scanLong(cursor)) {
      if (count < 0) scanLength(cursor);
      for (let left = Math.abs(count); left > 0; left -= 1) levels.push(scanLong(cursor));
    }
    return levels;
  }
}

function isStamped(what: number): boolean {
  return what !== metaMarks.eventContractRef && what !== metaMarks.consentLevels;
}

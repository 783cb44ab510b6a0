import type { PreparedKey, SivMemory } from './siv-memory.ts';
import type { SivModule } from './siv-module.ts';
import { prefixBytes, sealedBytes, tinkVersion } from './tink-format.ts';

/** Of AES. */
const blockBytes = 16;

/** Works on texts that may be longer than the module's memory for them. */
export interface LongTexts {
  /** Prefix, tag and encrypted text. */
  seal(key: PreparedKey, text: Uint8Array): Buffer;
  /** Undoes `seal`, whose prefix the caller has read. Undefined when the text is not of this key. */
  open(key: PreparedKey, sealed: Uint8Array): Buffer | undefined;
}

export function createLongTexts(
  { functions, layout: { textBytes } }: SivModule,
  memory: SivMemory,
): LongTexts {
  /** Leaves the tag of a text at the module's STATE. */
  function computeTag({ slot }: PreparedKey, text: Uint8Array): void {
    memory.state.fill(0);
    // So that at least one block is left for the last piece.
    const pieceBytes = textBytes - blockBytes;
    let at = 0;
    for (; text.length - at > textBytes; at += pieceBytes) {
      memory.input.set(text.subarray(at, at + pieceBytes));
      functions.absorbPiece(slot, pieceBytes);
    }
    memory.input.set(text.subarray(at));
    functions.finishPieces(slot, text.length - at);
  }

  /** Encrypts or decrypts with the tag at the module's TAG. */
  function stream({ slot }: PreparedKey, from: Uint8Array, to: Uint8Array): void {
    for (let at = 0; at < from.length; at += textBytes) {
      const piece = from.subarray(at, at + textBytes);
      memory.input.set(piece);
      functions.streamPiece(slot, at / blockBytes, piece.length);
      to.set(memory.output.subarray(0, piece.length), at);
    }
  }

  return {
    seal(key, text) {
      const sealed = Buffer.alloc(sealedBytes + text.length);
      sealed[0] = tinkVersion;
      sealed.writeUInt32BE(key.id, 1);
      computeTag(key, text);
      memory.tag.set(memory.state);
      sealed.set(memory.tag, prefixBytes);
      stream(key, text, sealed.subarray(sealedBytes));
      return sealed;
    },
    open(key, sealed) {
      const text = Buffer.alloc(sealed.length - sealedBytes);
      memory.tag.set(sealed.subarray(prefixBytes, sealedBytes));
      stream(key, sealed.subarray(sealedBytes), text);
      computeTag(key, text);
      if (functions.isTag() !== 0) return text;
      text.fill(0);
      return undefined;
    },
  };
}

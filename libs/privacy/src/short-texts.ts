import type { PreparedKey, SivMemory } from './siv-memory.ts';
import type { SivModule } from './siv-module.ts';
import { sealedBytes } from './tink-format.ts';

const blockBytes = 16;
/** Texts that the module works on at a time. */
const lanes = 4;
const noText = -1;
/** The longest that one code unit becomes in UTF-8. */
const utf8Bytes = 3;

/** Works on several texts at a time, which takes less than one after the other. */
export interface ShortTexts {
  /** Encrypts up to four texts from `first` on, and appends the ciphertexts; false when the first one is too long. */
  seal(key: PreparedKey, texts: readonly string[], first: number, ciphertexts: string[]): boolean;
}

export function createShortTexts({ functions, layout }: SivModule, memory: SivMemory): ShortTexts {
  const longest = Math.floor(layout.shortTextBytes / utf8Bytes);

  /** The text's length in bytes at the module's input, or that there is none to go with the others. */
  function write(text: string | undefined, at: number): number {
    return text === undefined || text.length > longest ? noText : memory.input.write(text, at);
  }

  return {
    seal({ slot }, texts, first, ciphertexts) {
      const lengths: number[] = [];
      for (let lane = 0, at = 0; lane < lanes; lane += 1) {
        const isLast = lane > 0 && lengths[lane - 1] === noText;
        const length = isLast ? noText : write(texts[first + lane], at);
        lengths.push(length);
        at += Math.max(blockBytes, (length + blockBytes - 1) & -blockBytes);
      }
      const [one = noText, two = noText, three = noText, four = noText] = lengths;
      if (one === noText) return false;
      functions.sealFour(slot, one, two, three, four);
      let end = 0;
      for (const length of lengths) end += charactersOf(length);
      const all = memory.output.toString('latin1', 0, end);
      let from = 0;
      for (const length of lengths) {
        if (length === noText) break;
        const to = from + charactersOf(length);
        ciphertexts.push(all.slice(from, to));
        from = to;
      }
      return true;
    },
  };
}

function charactersOf(length: number): number {
  return length === noText ? 0 : Math.ceil((length + sealedBytes) / 3) * 4;
}

import type { FieldCipher, FieldCipherFactory } from './field-cipher.ts';
import type { Keyset } from './keyset.ts';
import { parseKeyset } from './keyset.ts';
import { createLongTexts } from './long-texts.ts';
import type { PreparedKey } from './siv-memory.ts';
import { createShortTexts } from './short-texts.ts';
import { SivMemory } from './siv-memory.ts';
import type { SivModule } from './siv-module.ts';
import { instantiateSiv } from './siv-module.ts';
import { WasmFieldCipher } from './wasm-field-cipher.ts';

export interface FieldCiphersOptions {
  /** Keys that can be prepared at a time; each takes 576 bytes. @default 65 536 */
  readonly capacity?: number;
  /** An instance of its own unless given. */
  readonly siv?: SivModule;
}

/**
 * Field ciphers over the WebAssembly module of libs/privacy/wasm: constant time, all in one memory of their own.
 * @throws SimdUnavailableError where there is no WebAssembly with SIMD
 */
export function createFieldCiphers({
  capacity = 65_536,
  siv = instantiateSiv(),
}: FieldCiphersOptions = {}): FieldCipherFactory {
  const memory = new SivMemory(siv, capacity);
  const engine = {
    siv,
    memory,
    longTexts: createLongTexts(siv, memory),
    shortTexts: createShortTexts(siv, memory),
  };

  function prepareKey(id: number, material: Uint8Array): PreparedKey {
    const slot = memory.take();
    memory.input.set(material);
    siv.functions.prepare(slot, id);
    return { id, slot };
  }

  function prepareKeyset({ primary, keys }: Keyset): FieldCipher {
    const others = keys.filter(({ id }) => id !== primary.id);
    memory.reserve(1 + others.length);
    return new WasmFieldCipher(
      engine,
      prepareKey(primary.id, primary.material),
      others.map(({ id, material }) => prepareKey(id, material)),
    );
  }

  return {
    prepareKeyset,
    prepare(keysetJson) {
      const keyset = parseKeyset(keysetJson);
      try {
        return prepareKeyset(keyset);
      } finally {
        for (const { material } of keyset.keys) material.fill(0);
      }
    },
  };
}

import { hash } from 'node:crypto';
import { createFieldCiphers, createMask, generateKeyset, keysetToJson, parseKeyset } from '@ccd/privacy';
import { cpuMicrosPerCall } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';
import { aessiv } from '@noble/ciphers/aes.js';
import { AesSiv } from '../src/testing/aes-siv.ts';
import { instantiateBuild } from '../src/testing/siv-builds.ts';
import { tinkOracle } from '../src/testing/siv-oracle.ts';

const texts = Array.from({ length: 64 }, (_, index) => `a-value-of-twenty-${`${index}`.padStart(2, '0')}`);
const emptyComponent = new Uint8Array(0);

/** Calls an operation with one text after the other, as events bring them. */
function inTurn(values: readonly string[], operation: (value: string) => unknown): () => unknown {
  let next = 0;
  return () => {
    next = (next + 1) % values.length;
    return operation(values[next] ?? '');
  };
}

/** The operations on the hot path of gateway and decrypter, on fields of 20 bytes. */
export const bench: Bench = {
  title: 'field encryption and masking, CPU time per call',
  async run({ quick, progress }) {
    const keyset = generateKeyset();
    const { id, material } = keyset.primary;
    const json = keysetToJson(keyset);
    const fieldCiphers = createFieldCiphers({ siv: instantiateBuild('relaxed-simd') });
    const cipher = fieldCiphers.prepareKeyset(keyset);
    const plainSimd = createFieldCiphers({ siv: instantiateBuild('simd') }).prepareKeyset(keyset);
    const kept = new AesSiv(material, [emptyComponent]);
    const ciphertexts = texts.map((text) => cipher.encrypt(text));
    const mask = createMask('seed');

    const measure = async (
      what: string,
      calls: number,
      operation: () => unknown,
      rest: Partial<Figure> = {},
    ): Promise<Figure> => {
      progress(what);
      const value = await cpuMicrosPerCall(Math.ceil(quick ? calls / 5 : calls), operation);
      return { what, value, unit: 'µs', better: 'less', ...rest };
    };
    const atMost = (limit: number) => ({ goal: { of: 'value', bound: 'at most', limit } }) as const;

    const together = async (count: number, rest: Partial<Figure>): Promise<Figure> => {
      const some = texts.slice(0, count);
      const all = await measure(
        `encrypt ${count} fields together, each`,
        100_000 / count,
        () => cipher.encryptAll(some),
        rest,
      );
      return { ...all, value: all.value / count };
    };

    const native = await measure(
      'encrypt: node:crypto, aes-256-siv',
      20_000,
      inTurn(texts, (text) => tinkOracle(id, material, text)),
    );
    const keptCiphers = await measure(
      'encrypt: node:crypto, CBC and ECB ciphers kept',
      20_000,
      inTurn(texts, (text) => kept.seal(Buffer.from(text)).toString('base64')),
    );
    const noble = await measure(
      'encrypt: @noble/ciphers',
      10_000,
      inTurn(texts, (text) =>
        Buffer.from(aessiv(material, emptyComponent).encrypt(Buffer.from(text))).toString('base64'),
      ),
    );
    const sha = await measure(
      'SHA-1 of the text, text to hexadecimal',
      100_000,
      inTurn(texts, (text) => hash('sha1', text, 'hex')),
    );
    return [
      await measure(
        'encrypt, text to base64',
        200_000,
        inTurn(texts, (text) => cipher.encrypt(text)),
        { baseline: native, ...atMost(0.45) },
      ),
      await together(3, {}),
      await together(8, { baseline: native, ...atMost(0.35) }),
      await measure(
        'encrypt, without relaxed SIMD',
        200_000,
        inTurn(texts, (text) => plainSimd.encrypt(text)),
        { baseline: native },
      ),
      await measure(
        'decrypt, base64 to text',
        200_000,
        inTurn(ciphertexts, (text) => cipher.decrypt(text)),
        { baseline: native },
      ),
      await measure(
        'prepare a key from its bytes, and wipe it',
        100_000,
        () => {
          fieldCiphers.prepareKeyset(keyset).destroy();
        },
        atMost(0.6),
      ),
      await measure('parse a keyset', 100_000, () => parseKeyset(json)),
      await measure('prepare a key from its JSON, and wipe it', 100_000, () => {
        fieldCiphers.prepare(json).destroy();
      }),
      await measure(
        'mask, text to hexadecimal',
        200_000,
        inTurn(texts, (text) => mask(text)),
        { baseline: sha, ...atMost(0.15) },
      ),
      native,
      keptCiphers,
      noble,
      sha,
    ];
  },
};

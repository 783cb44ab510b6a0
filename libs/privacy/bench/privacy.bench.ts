import { createFieldCiphers, createMask, generateKeyset, keysetToJson } from '@ccd/privacy';
import { cpuMicrosPerCall } from '@ccd/testkit/bench';
import type { Bench, Figure } from '@ccd/testkit/bench';

const text = 'a-value-of-twenty-by';

/** The operations on the hot path of gateway and decrypter. */
export const bench: Bench = {
  title: 'field encryption and masking, CPU time per call',
  async run({ quick }) {
    const keyset = keysetToJson(generateKeyset());
    const fieldCiphers = createFieldCiphers();
    const cipher = fieldCiphers.prepare(keyset);
    const ciphertext = cipher.encrypt(text);
    const mask = createMask('seed');
    const measure = async (what: string, calls: number, operation: () => unknown): Promise<Figure> => ({
      what,
      value: await cpuMicrosPerCall(quick ? calls / 5 : calls, operation),
      unit: 'µs',
      better: 'less',
    });
    return [
      await measure('encrypt 20 bytes, text to base64', 50_000, () => cipher.encrypt(text)),
      await measure('decrypt 20 bytes, base64 to text', 50_000, () => cipher.decrypt(ciphertext)),
      await measure('prepare a key from its JSON', 2_000, () => {
        fieldCiphers.prepare(keyset).destroy();
      }),
      await measure('mask 20 bytes', 200_000, () => mask(text)),
    ];
  },
};

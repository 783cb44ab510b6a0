/** Prints the cost of the operations on the hot path. Run: node libs/privacy/bench/privacy.ts */
import { createMask, fieldCiphers, generateKeyset, keysetToJson } from '@ccd/privacy';

const rounds = 7;
const text = 'a-value-of-twenty-by';

/** Median over the rounds of the microseconds of one call. */
function measure(name: string, calls: number, operation: () => unknown): void {
  const times = Array.from({ length: rounds }, () => {
    const started = process.cpuUsage();
    for (let call = 0; call < calls; call += 1) operation();
    const { user, system } = process.cpuUsage(started);
    return (user + system) / calls;
  }).sort((one, other) => one - other);
  console.log(`${name.padEnd(40)} ${(times[Math.floor(rounds / 2)] ?? 0).toFixed(3)} µs`);
}

const keyset = keysetToJson(generateKeyset());
const cipher = fieldCiphers.prepare(keyset);
const ciphertext = cipher.encrypt(text);
const mask = createMask('seed');

measure('encrypt 20 bytes, text to base64', 50_000, () => cipher.encrypt(text));
measure('decrypt 20 bytes, base64 to text', 50_000, () => cipher.decrypt(ciphertext));
measure('prepare a key', 2_000, () => fieldCiphers.prepare(keyset));
measure('mask 20 bytes', 200_000, () => mask(text));

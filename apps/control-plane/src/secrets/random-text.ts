import { randomInt } from 'node:crypto';

const lowerCase = 'abcdefghijklmnopqrstuvwxyz0123456789';
const allLetters = `ABCDEFGHIJKLMNOPQRSTUVWXYZ${lowerCase}`;

function randomText(alphabet: string, length: number): string {
  return Array.from({ length }, () => alphabet.charAt(randomInt(alphabet.length))).join('');
}

/** Random part of a client id: about 150 bits. Existing clients send ids unescaped, so only letters and digits. */
export const randomId = (): string => randomText(lowerCase, 30);

/** A secret of about 240 bits, likewise of letters and digits alone. */
export const randomSecret = (): string => randomText(allLetters, 40);

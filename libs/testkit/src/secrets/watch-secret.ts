import { randomBytes } from 'node:crypto';

/** Where the environment of jest (tools/jest/watched-environment.mjs) takes secrets of a test file. */
const place = Symbol.for('ccd.watchedSecrets');
const mark = randomBytes(8).toString('hex');

/** A secret that no process which this test file starts may ever print, in whatever form; the run fails otherwise. */
export function watchSecret(name: string, value: string): string {
  const watch: unknown = Reflect.get(globalThis, place);
  if (typeof watch === 'function') Reflect.apply(watch, undefined, [name, value]);
  return value;
}

/** A value of a person, to be sent through the system: no process may print it. Those of a test file share one mark. */
export function personal(text: string): string {
  watchSecret('personal value', mark);
  return `${text}~${mark}`;
}

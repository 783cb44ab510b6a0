import { findSecrets, needlesFor } from './find-secrets.ts';
import type { Needle } from './find-secrets.ts';

/** Hears what processes say, and knows what none of them may say. */
export interface OutputWatch {
  /** From now on, and of all that was heard so far. Texts too short to be found without mistake are passed over. */
  addSecret(name: string, value: string | Buffer): void;
  /** The values under names that mean a secret. */
  addEnvironment(environment: Readonly<Record<string, string | undefined>>): void;
  hear(source: string, chunk: Buffer): void;
  /** `<source>: <secret> (<form>)` of everything that should not have been said. */
  leaks(): readonly string[];
}

const shortest = 12;
/** Whoever says more has been looked through up to here before it is forgotten. */
const mostKept = 32 * 1024 * 1024;
const secretName = /SECRET|PASSWORD|TOKEN|KEY_ENCRYPTION_KEYS/;

/** What a control plane says once, to the person at the terminal (describe-bootstrap.ts). */
const shownOnce = /^\s+(client secret|STRM_AUTH_CLIENT_SECRET) +\S+$/gm;

export function createOutputWatch(limit = mostKept): OutputWatch {
  const needles = new Map<string, readonly Needle[]>();
  const heard = new Map<string, { chunks: Buffer[]; size: number }>();
  const found = new Set<string>();

  function lookThrough(source: string, chunks: readonly Buffer[]): void {
    const text = Buffer.concat(chunks).toString('latin1').replaceAll(shownOnce, '');
    for (const leak of findSecrets(Buffer.from(text, 'latin1'), [...needles.values()].flat())) {
      found.add(`${source}: ${leak}`);
    }
  }

  function addSecret(name: string, value: string | Buffer): void {
    if (Buffer.byteLength(value) < shortest) return;
    const key = value.toString('latin1');
    if (!needles.has(key)) needles.set(key, needlesFor(name, value));
  }

  return {
    addSecret,
    addEnvironment(environment) {
      for (const [name, value] of Object.entries(environment)) {
        if (value === undefined || !secretName.test(name)) continue;
        // A list of keys is `<name>:<key>,…`.
        for (const part of value.split(/[,:]/)) addSecret(name, part);
      }
    },
    hear(source, chunk) {
      const said = heard.get(source) ?? { chunks: [], size: 0 };
      heard.set(source, said);
      said.chunks.push(chunk);
      said.size += chunk.length;
      if (said.size <= limit) return;
      lookThrough(source, said.chunks);
      const tail = said.chunks.slice(-1);
      heard.set(source, { chunks: tail, size: tail[0]?.length ?? 0 });
    },
    leaks() {
      for (const [source, { chunks }] of heard) lookThrough(source, chunks);
      return [...found];
    },
  };
}

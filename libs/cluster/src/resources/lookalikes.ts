import { createHash } from 'node:crypto';
import type { Adoption } from '../port.ts';

interface Named {
  readonly name: string;
  readonly uid: string;
}

/** Objects that say of themselves that they are the agent's, while its inventory does not. */
export interface Lookalikes {
  /** Whether a person has said that they are. */
  readonly adopted: boolean;
  /** What a person can do who knows that they are. */
  readonly advice: string;
}

/**
 * Anybody can write labels, so that they are no proof: a person has to say so, of exactly these objects. The text that says
 * it is a digest of their names and uids, so that it holds for no object that comes later.
 */
export async function judgeLookalikes(
  kind: string,
  objects: readonly Named[],
  adoption: Adoption,
): Promise<Lookalikes> {
  const lines = objects.map(({ name, uid }) => `${kind} ${name} ${uid}\n`).toSorted();
  const text = createHash('sha256').update(lines.join('')).digest('hex').slice(0, 16);
  return {
    adopted: (await adoption.asked()) === text,
    advice:
      `it carries the labels of this agent, and is not in its inventory, as ${objects.length} of its kind. ` +
      `If the inventory was lost, and they are the agent's, give them back to it: ${adoption.howTo(text)}`,
  };
}

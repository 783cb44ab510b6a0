import type { Items } from './honest.ts';
import type { World } from './oracle.ts';

/** One thing that a hostile control plane may try, in answers that are otherwise in order. */
export interface Attack {
  readonly tries: string;
  /** The part that holds it. */
  readonly heldBy: 'reading of items' | 'guardrails';
  readonly change: (items: Items) => Items;
  /** In the log of an agent or in the state of an entity. */
  readonly told: RegExp;
}

/** The guardrails under which the attacks are tried. */
export const guardrails = {
  purposes: [1, 2, 3],
  destinations: [{ type: 'folder', bucket: 'bucket' }],
  keyExport: false,
};

/** Whether the world holds anything that the guardrails forbid. */
export const isWithin = ({ workloads, secrets }: World): boolean =>
  !JSON.stringify(workloads).includes('"keys"') &&
  ![...JSON.stringify(workloads).matchAll(/"levels":\[([^\]]*)\]/g)].some(([, levels = '']) =>
    /[^1-3,]/.test(levels),
  ) &&
  Object.values(secrets).every((secret) => JSON.stringify(secret).includes(String.raw`\"url\":\"file:///\"`));

/** One whose item is refused as it is read: what lives under its name stays as it is. */
export const read = (tries: string, change: Attack['change'], told: RegExp): Attack => ({
  tries,
  change,
  told,
  heldBy: 'reading of items',
});

/** One that can be read, and that the customer does not allow. */
export const bound = (tries: string, change: Attack['change'], told: RegExp): Attack => ({
  tries,
  change,
  told,
  heldBy: 'guardrails',
});

import type { Leadership } from './port.ts';

/** The leadership of whoever owns the cluster alone. */
export const alwaysLeads: Leadership = {
  isHeld: () => true,
  problem: () => undefined,
  onChange: () => () => {},
  stop: async () => {},
};

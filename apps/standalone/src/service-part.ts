import type { Component, RunningService } from '@ccd/service';

/** A service of its own as a part of a larger one, which starts and stops it. */
export function servicePart(name: string, start: () => Promise<RunningService>): Component {
  let running: RunningService | undefined;
  return {
    name,
    async start() {
      running = await start();
    },
    stop: async () => running?.stop('the system stops'),
    ready: () => {
      const { ok, reasons } = running?.ready() ?? { ok: false, reasons: [] };
      return ok || reasons.map(({ component, reason }) => `${component}: ${reason}`).join('; ');
    },
  };
}

import { createFakeClock } from '@ccd/reconcile/testing';
import { describeEventLogContract } from './event-log-contract.ts';
import { createMemoryLog } from './memory-log.ts';

describeEventLogContract('createMemoryLog', async () => {
  const clock = createFakeClock();
  const log = createMemoryLog({ clock });
  return {
    connect: async () => log.connect(),
    retentionMs: 60_000,
    async age(ms) {
      clock.jumpWallTime(ms);
      await log.upkeep();
    },
    close: () => log.close(),
  };
});

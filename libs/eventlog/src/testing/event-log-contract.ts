import type * as jestGlobals from '@jest/globals';
import { describeConnection } from './contract/connection.ts';
import { createContext } from './contract/context.ts';
import type { EventLogHarness } from './contract/context.ts';
import { describeGroups } from './contract/groups.ts';
import { describeProducing } from './contract/producing.ts';
import { describeReading } from './contract/reading.ts';
import { describeTopics } from './contract/topics.ts';
import { describeTransactions } from './contract/transactions.ts';
import { describeUpkeep } from './contract/upkeep.ts';

// The globals of jest and not its module, which cannot be loaded outside a test: benches and demos import this entry too.
declare const { describe }: typeof jestGlobals;

export type { EventLogHarness };

/** What every engine promises. `start` gives each test an engine, or a part of one that no other test sees. */
export function describeEventLogContract(name: string, start: () => Promise<EventLogHarness>): void {
  describe(`event log contract: ${name}`, () => {
    const context = createContext(start);
    describeTopics(context);
    describeProducing(context);
    describeReading(context);
    describeGroups(context);
    describeTransactions(context);
    describeUpkeep(context);
    describeConnection(context);
  });
}

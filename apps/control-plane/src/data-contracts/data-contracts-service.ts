import type { StreamStore } from '../streams/stream-store.ts';
import type { ServiceContext } from '../context.ts';
import type { Implementation } from '../rpc/handlers.ts';
import { implement } from '../rpc/handlers.ts';
import { dataContracts } from '@ccd/protocol';
import { contractChanges } from './contract-changes.ts';
import { contractReads } from './contract-reads.ts';
import { contractSteps } from './contract-steps.ts';

export interface DataContractsServiceOptions extends ServiceContext {
  readonly streams: StreamStore;
}

/** What events of a kind look like, which of their fields are personal, and who may send them. */
export function createDataContractsService(options: DataContractsServiceOptions): Implementation {
  return implement(dataContracts.DataContractsServiceService, {
    ...contractReads(options),
    ...contractChanges(options),
    ...contractSteps(options),
  });
}

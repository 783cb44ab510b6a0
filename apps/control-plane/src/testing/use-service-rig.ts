import { scratchDir } from '@ccd/testkit';
import { afterAll, beforeAll } from '@jest/globals';
import { startServiceRig } from './service-rig.ts';
import type { ServiceRig } from './service-rig.ts';

/** One rig for all tests of the suite that calls this, from before its first to after its last. */
export function useServiceRig(): () => ServiceRig {
  const folder = scratchDir();
  let rig: ServiceRig | undefined;
  // PGlite takes seconds to start, and many of them beside other work.
  beforeAll(async () => {
    rig = await startServiceRig(folder);
  }, 120_000);
  afterAll(() => rig?.stop());
  return () => {
    if (rig === undefined) throw new Error('the rig stands only while tests run');
    return rig;
  };
}

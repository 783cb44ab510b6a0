import { describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { createChangeSource } from '../database/change-feed.ts';
import type { Database } from '../database/database.ts';
import { createServices } from '../services.ts';
import { images } from '../testing/service-rig.ts';
import { accessRules } from './access.ts';
import { splitPath } from './rpc-server.ts';

const noDatabase: Database = {
  query: async () => [],
  changes: createChangeSource(),
  transaction: async () => Promise.reject(new Error('none')),
  close: async () => {},
};

describe('accessRules', () => {
  it('has a rule for every method that is implemented, and none for another', () => {
    const services = createServices(
      {
        database: noDatabase,
        clock: createFakeClock(),
        secrets: { seal: () => new Uint8Array(), open: () => '' },
        desired: { answer: async () => Promise.reject(new Error('none')) },
      },
      images,
    );
    const implemented = services.flatMap(({ service, handlers }) =>
      Object.keys(handlers).map((name) => splitPath(service[name]?.path ?? '').join('/')),
    );
    const ruled = Object.entries(accessRules).flatMap(([service, methods]) =>
      Object.keys(methods).map((method) => `${service}/${method}`),
    );
    expect(implemented.toSorted()).toStrictEqual(ruled.toSorted());
  });
});

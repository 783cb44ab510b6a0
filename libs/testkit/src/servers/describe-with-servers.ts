import type * as jestGlobals from '@jest/globals';
import { serversAreRequired } from './config.ts';
import { whyNoServer } from './find-source.ts';
import type { ServerKind } from './server-kind.ts';
import { planSuite } from './suite-plan.ts';

// The globals of jest and not its module, which cannot be loaded outside a test.
declare const { afterAll, beforeAll, describe, it }: typeof jestGlobals;

/**
 * A suite that needs servers. Where the machine has not all of them it is skipped, and says which is missing and which
 * command brings it; in CI it fails instead.
 */
export function describeWithServers(
  kinds: ServerKind | readonly ServerKind[],
  title: string,
  body: () => void,
): void {
  const plan = planSuite(
    title,
    [kinds].flat().flatMap((kind) => whyNoServer(kind) ?? []),
    serversAreRequired,
  );
  switch (plan.kind) {
    case 'run':
      describe(title, body);
      break;
    case 'skip':
      describe.skip(plan.title, body);
      break;
    case 'fail':
      describe(title, () => {
        it('has its servers', () => {
          throw new Error(plan.reason);
        });
      });
      break;
  }
}

/** A server, started before the tests of the `describe` around the call and stopped after them. */
export function useServer<T extends { stop(): Promise<void> }>(
  start: () => Promise<T>,
  withinMs = 90_000,
): () => T {
  let server: T | undefined;
  beforeAll(async () => {
    server = await start();
  }, withinMs);
  afterAll(async () => {
    await server?.stop();
  });
  return () => {
    if (server === undefined) throw new Error('the server is there only while tests run');
    return server;
  };
}

import type * as jestGlobals from '@jest/globals';
import { describeWithNeeds } from '../needs/describe-with-needs.ts';
import type { Need } from '../needs/plan-suite.ts';
import { whyNeverServer, whyNoServer } from './find-source.ts';
import type { ServerKind } from './server-kind.ts';

// The globals of jest and not its module, which cannot be loaded outside a test.
declare const { afterAll, beforeAll }: typeof jestGlobals;

/**
 * A suite that needs servers. Where the machine has not all of them it is skipped, and says which is missing and which
 * command brings it; in CI it fails instead.
 */
export function describeWithServers(
  kinds: ServerKind | readonly ServerKind[],
  title: string,
  body: () => void,
): void {
  const needs = [kinds].flat().map(needOf);
  describeWithNeeds(needs, title, body);
}

function needOf(kind: ServerKind): Need {
  // CI as well may be another user, or no Linux, and nothing can be installed against that.
  const whyNever = whyNeverServer(kind);
  return whyNever === undefined
    ? { missing: whyNoServer(kind), inCi: 'fail' }
    : { missing: whyNever, inCi: 'skip' };
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

/**
 * Brings the servers that tests speak to onto this machine.
 * usage: npm run test-servers -- [--only kafka,redis] [--check]
 */
import { parseArgs } from 'node:util';
import { findLocalServer, serverKinds, serverPlaces, serverTitles } from '@ccd/testkit/servers';
import type { ServerKind } from '@ccd/testkit/servers';
import { recipes } from './test-servers/recipes.ts';

const help = `usage: npm run test-servers -- [--only kafka,redis] [--check]

Installs the servers that tests speak to, those that are not on this machine yet.
  --only   only these: ${serverKinds.join(', ')}
  --check  install nothing; say what is there, and end with 1 where something is missing

They go to ${serverPlaces.cache} ($CCD_TEST_SERVERS), or are packages of Debian's.`;

function parseKinds(only: string | undefined): readonly ServerKind[] {
  if (only === undefined) return serverKinds;
  const unknown = only.split(',').filter((name) => !serverKinds.some((kind) => kind === name));
  if (unknown.length > 0)
    throw new Error(`no such server: ${unknown.join(', ')}; there are ${serverKinds.join(', ')}`);
  return serverKinds.filter((kind) => only.split(',').includes(kind));
}

const whyMissing = (kind: ServerKind): string | undefined => findLocalServer(kind, serverPlaces).missing;

function say(kind: ServerKind, line: string): void {
  console.log(`${serverTitles[kind].padEnd(16)} ${line}`);
}

function checkOne(kind: ServerKind): boolean {
  const missing = whyMissing(kind);
  say(kind, missing === undefined ? 'is here' : `missing; it would come from ${recipes[kind].from}`);
  return missing === undefined;
}

async function installOne(kind: ServerKind): Promise<boolean> {
  if (whyMissing(kind) === undefined) {
    say(kind, 'is here');
    return true;
  }
  const started = performance.now();
  const { from, install } = recipes[kind];
  say(kind, `from ${from}`);
  try {
    await install({
      cache: serverPlaces.cache,
      say: (line) => {
        say(kind, `  ${line}`);
      },
    });
    const missing = whyMissing(kind);
    if (missing !== undefined) throw new Error(`installed, and yet ${missing}`);
  } catch (error) {
    say(kind, `failed: ${error instanceof Error ? error.message : String(error)}`);
    say(kind, '  once that is mended, run this again: what was fetched is kept');
    return false;
  }
  say(kind, `installed in ${((performance.now() - started) / 1000).toFixed(1)} s`);
  return true;
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: { only: { type: 'string' }, check: { type: 'boolean' }, help: { type: 'boolean', short: 'h' } },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  let complete = true;
  // One after the other: each uses all cores, or the lock of apt.
  for (const kind of parseKinds(values.only)) {
    const isThere = values.check === true ? checkOne(kind) : await installOne(kind);
    complete &&= isThere;
  }
  return complete ? 0 : 1;
}

try {
  process.exitCode = await main();
} catch (error) {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 2;
}

/**
 * Brings the servers that tests speak to onto this machine.
 * usage: npm run test-servers -- [--only kafka,redis] [--images] [--check]
 */
import { parseArgs } from 'node:util';
import {
  containerImages,
  serverKinds,
  serverPlaces,
  serverTitles,
  whyNeverServer,
  whyNoServer,
} from '@ccd/testkit/servers';
import type { ServerKind } from '@ccd/testkit/servers';
import type { Recipe } from './test-servers/recipe.ts';
import { recipes } from './test-servers/recipes.ts';
import { runProgram } from './test-servers/run-program.ts';

const help = `usage: npm run test-servers -- [--only kafka,redis] [--images] [--check]

Installs the servers that tests speak to, those that are not on this machine yet.
  --only   only these: ${serverKinds.join(', ')}
  --images pull their container images instead; for a Docker engine of this machine (Linux)
  --check  install nothing; say what is there, and end with 1 where something is missing

They go to ${serverPlaces.cache} ($CCD_TEST_SERVERS), or are packages of Debian's.`;

function parseKinds(only: string | undefined): readonly ServerKind[] {
  if (only === undefined) return serverKinds;
  const unknown = only.split(',').filter((name) => !serverKinds.some((kind) => kind === name));
  if (unknown.length > 0)
    throw new Error(`no such server: ${unknown.join(', ')}; there are ${serverKinds.join(', ')}`);
  return serverKinds.filter((kind) => only.split(',').includes(kind));
}

function say(kind: ServerKind, line: string): void {
  console.log(`${serverTitles[kind].padEnd(16)} ${line}`);
}

/** What this machine cannot have is no reason to fail: its suites are skipped. */
function isNever(kind: ServerKind): boolean {
  const why = whyNeverServer(kind);
  if (why !== undefined) say(kind, `not for this machine: ${why}`);
  return why !== undefined;
}

function checkOne(kind: ServerKind): boolean {
  const missing = whyNoServer(kind);
  say(kind, missing === undefined ? 'is here' : `missing; it would come from ${recipes[kind].from}`);
  return missing === undefined;
}

/** What has no image is built as elsewhere. */
function fromImage(kind: ServerKind): Recipe {
  const image = containerImages[kind];
  if (image === undefined) return recipes[kind];
  return {
    from: `the image ${image.name}`,
    async install() {
      await runProgram('docker', ['pull', '--quiet', image.name]);
    },
  };
}

async function installOne(kind: ServerKind, { from, install }: Recipe): Promise<boolean> {
  if (whyNoServer(kind) === undefined) {
    say(kind, 'is here');
    return true;
  }
  const started = performance.now();
  say(kind, `from ${from}`);
  try {
    await install({
      cache: serverPlaces.cache,
      say: (line) => {
        say(kind, `  ${line}`);
      },
    });
    const missing = whyNoServer(kind);
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
    options: {
      only: { type: 'string' },
      images: { type: 'boolean' },
      check: { type: 'boolean' },
      help: { type: 'boolean', short: 'h' },
    },
  });
  if (values.help === true) {
    console.log(help);
    return 0;
  }
  let complete = true;
  // One after the other: each uses all cores, or the lock of apt.
  for (const kind of parseKinds(values.only)) {
    const recipe = values.images === true ? fromImage(kind) : recipes[kind];
    if (isNever(kind)) continue;
    const isThere = values.check === true ? checkOne(kind) : await installOne(kind, recipe);
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

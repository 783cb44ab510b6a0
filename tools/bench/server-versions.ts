import { spawnSync } from 'node:child_process';
import { serverTitles, serverVersions, whyNoServer } from '@ccd/testkit/servers';
import type { ServerKind } from '@ccd/testkit/servers';

/** What says a version itself, where it is the machine's and not of an installation of ours. */
const askable: Partial<Record<ServerKind, readonly [string, ...string[]]>> = {
  redis: ['redis-server', '--version'],
};

function versionOf(kind: ServerKind): string {
  const [program, ...args] = askable[kind] ?? [];
  const said = program === undefined ? '' : spawnSync(program, args, { encoding: 'utf8' }).stdout;
  return /\d+\.\d+\.\d+/.exec(said)?.[0] ?? serverVersions[kind];
}

/** The servers of a run, and the Java that Kafka runs on, as one line; those that are not there are left out. */
export function versionsOf(kinds: readonly ServerKind[]): string {
  const java = /"([^"]+)"/.exec(spawnSync('java', ['-version'], { encoding: 'utf8' }).stderr)?.[1];
  return kinds
    .filter((kind) => whyNoServer(kind) === undefined)
    .map((kind) => {
      const on = kind === 'kafka' && java !== undefined ? ` on Java ${java}` : '';
      return `${serverTitles[kind]} ${versionOf(kind)}${on}`;
    })
    .join(', ');
}

import { findProgram, serverPlaces } from '@ccd/testkit/servers';
import { runProgram } from './run-program.ts';
import type { Kitchen } from './recipe.ts';

/** Installs packages of Debian's (or Ubuntu's), whose signatures apt checks. */
export async function aptInstall(packages: readonly string[], { say }: Kitchen): Promise<void> {
  const names = packages.join(' ');
  if (findProgram('apt-get', serverPlaces.path) === undefined) {
    throw new Error(`${names}: this system has no apt-get; install them with its own package manager`);
  }
  if (process.getuid?.() !== 0) throw new Error(`needs root: sudo apt-get install -y ${names}`);
  const install = (): Promise<string> =>
    runProgram('apt-get', ['install', '-y', '--no-install-recommends', ...packages], {
      env: { DEBIAN_FRONTEND: 'noninteractive' },
    });
  try {
    await install();
  } catch {
    // On a new machine there are no lists, on an old one they name versions that are gone.
    say('apt-get update');
    await runProgram('apt-get', ['update']);
    await install();
  }
}

/** Installs the package of a program that other recipes need, unless there is one. */
export async function needProgram(name: string, packageName: string, kitchen: Kitchen): Promise<void> {
  if (findProgram(name, serverPlaces.path) !== undefined) return;
  kitchen.say(`${packageName} from Debian, for ${name}`);
  await aptInstall([packageName], kitchen);
}

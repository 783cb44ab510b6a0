import { spawnSync } from 'node:child_process';
import { statSync } from 'node:fs';
import { engineSocket } from '../config.ts';
import { containerImages } from './container-images.ts';
import type { ContainerImage } from './container-images.ts';
import type { ServerKind } from '../server-kind.ts';

/** The engine gets no more time than this to answer: whoever asks wants to run tests. */
const answersWithinMs = 1_000;

/**
 * The image of a server, where a container engine of this very machine answers and has it already. Containers share the
 * machine's network and see folders under their own paths, so that an engine in a virtual machine is of no use.
 */
export function findContainerImage(kind: ServerKind, socket = engineSocket): ContainerImage | undefined {
  const image = containerImages[kind];
  if (image === undefined || process.platform !== 'linux' || !isSocket(socket)) return undefined;
  const system = ask(socket, 'info', '--format', '{{.OperatingSystem}}');
  if (system === undefined || system.includes('Desktop')) return undefined;
  return ask(socket, 'image', 'inspect', '--format', '{{.Id}}', image.name) === undefined ? undefined : image;
}

function ask(socket: string, ...args: readonly string[]): string | undefined {
  const { status, stdout } = spawnSync('docker', ['--host', `unix://${socket}`, ...args], {
    encoding: 'utf8',
    timeout: answersWithinMs,
    killSignal: 'SIGKILL',
  });
  return status === 0 ? stdout.trim() : undefined;
}

function isSocket(file: string): boolean {
  return statSync(file, { throwIfNoEntry: false })?.isSocket() ?? false;
}

import { serverPlaces } from './config.ts';
import { createContainerSource } from './containers/container-source.ts';
import { findContainerImage } from './containers/find-container-image.ts';
import { ServerMissingError } from './errors.ts';
import { findGivenCluster } from './kubernetes/given-cluster.ts';
import { findLocalServer } from './local-server.ts';
import { createLocalSource } from './local-source.ts';
import type { ServerKind } from './server-kind.ts';
import type { ServerSource } from './source.ts';

/** Why this machine has no such server, or undefined when it has, or was given one. Takes no time worth mentioning. */
export function whyNoServer(kind: ServerKind): string | undefined {
  if (kind === 'kubernetes' && findGivenCluster() !== undefined) return undefined;
  try {
    // A node is of a cluster of our own.
    if (kind === 'kubernetes-node') findSource('kubernetes');
    findSource(kind);
    return undefined;
  } catch (error) {
    if (error instanceof ServerMissingError) return error.message;
    throw error;
  }
}

/** Why no installation would give this machine such a server, or undefined. */
export function whyNeverServer(kind: ServerKind): string | undefined {
  const isRoot = process.platform === 'linux' && process.getuid?.() === 0;
  if (isRoot) return undefined;
  if (kind === 'kubernetes-node') return 'a node needs Linux, and root';
  return kind === 'buildah' ? 'to build images without a daemon needs Linux, and root' : undefined;
}

/** Where to get a server from: an image that a container engine has, or the programs of the machine. Throws `ServerMissingError`. */
export function findSource(kind: ServerKind): ServerSource {
  const image = findContainerImage(kind);
  if (image !== undefined) return createContainerSource(kind, image);
  const local = findLocalServer(kind, serverPlaces);
  if (local.missing !== undefined) throw new ServerMissingError(kind, local.missing);
  return createLocalSource(kind, local.found);
}

import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { findProgram, postgresFolders } from './places.ts';
import type { ServerPlaces } from './places.ts';
import { serverTitles, serverVersions } from './server-kind.ts';
import type { ServerKind } from './server-kind.ts';

/** The files of a server on this machine, by the names under which the code asks for them. */
export type LocalServer = Readonly<Record<string, string>>;

export type FoundServer =
  { readonly found: LocalServer; readonly missing?: undefined } | { readonly missing: string };

/** Folder of a server inside the cache; the version is part of its name, so that a new one is installed beside it. */
export function cachedFolder(kind: ServerKind, cache: string): string {
  return join(cache, `${kind}-${serverVersions[kind]}`);
}

/** Looks for a server's files, without running any of them; says in words what is missing. */
export function findLocalServer(kind: ServerKind, places: ServerPlaces): FoundServer {
  const cached = (...parts: string[]): string => join(cachedFolder(kind, places.cache), ...parts);
  /** The version that is known to do comes before what is on the machine otherwise. */
  const tried = [cached(), ...places.path];
  switch (kind) {
    case 'kafka':
      return allOf(kind, {
        java: findProgram('java', places.path),
        libs: existing(cached('libs')),
        // The classes that a start loads, parsed and laid out: a third of the time to start.
        archive: existing(cached('classes.jsa')),
      });
    case 'redis':
      return allOf(kind, { 'redis-server': findProgram('redis-server', places.path) });
    case 'postgres': {
      const folders = [...postgresFolders(), ...places.path];
      return allOf(kind, {
        initdb: findProgram('initdb', folders),
        postgres: findProgram('postgres', folders),
      });
    }
    case 'mariadb': {
      const folders = [...places.path, '/usr/sbin', '/usr/local/sbin'];
      return allOf(kind, {
        'mariadb-install-db': findProgram('mariadb-install-db', folders),
        mariadbd: findProgram('mariadbd', folders),
        // Asked by mariadb-install-db.
        my_print_defaults: findProgram('my_print_defaults', folders),
      });
    }
    case 's3':
      return allOf(kind, { versitygw: findProgram('versitygw', tried) });
    case 'azurite':
      return allOf(kind, {
        'azurite-blob': existing(cached('node_modules', 'azurite', 'dist', 'src', 'blob', 'main.js')),
      });
    case 'gcs':
      return allOf(kind, { 'fake-gcs-server': findProgram('fake-gcs-server', tried) });
    case 'kubernetes':
      return allOf(kind, {
        etcd: findProgram('etcd', [cached()]),
        'kube-apiserver': findProgram('kube-apiserver', [cached()]),
        'kube-controller-manager': findProgram('kube-controller-manager', [cached()]),
        kubectl: findProgram('kubectl', [cached()]),
      });
    case 'kubernetes-node': {
      // Debian has programs for root where other users do not look.
      const folders = [...places.path, '/usr/sbin', '/sbin'];
      const builtHere = [
        ...['containerd', 'containerd-shim-runc-v2', 'ctr', 'runc'],
        ...['kubelet', 'kube-proxy', 'kube-scheduler', 'coredns'],
      ];
      return allOf(kind, {
        ...Object.fromEntries(builtHere.map((name) => [name, findProgram(name, [cached()])])),
        'pause.tar': existing(cached('pause.tar')),
        // Of the plugins of the network, which come together, one.
        bridge: findProgram('bridge', ['/usr/lib/cni', '/opt/cni/bin']),
        ...Object.fromEntries(
          ['ip', 'nft', 'nsenter', 'unshare'].map((name) => [name, findProgram(name, folders)]),
        ),
      });
    }
    case 'helm':
      return allOf(kind, { helm: findProgram('helm', tried) });
    case 'buildah':
      return allOf(kind, { buildah: findProgram('buildah', places.path) });
  }
}

function existing(file: string): string | undefined {
  return existsSync(file) ? file : undefined;
}

function allOf(kind: ServerKind, files: Readonly<Record<string, string | undefined>>): FoundServer {
  const found: Record<string, string> = {};
  const missing: string[] = [];
  for (const [name, file] of Object.entries(files)) {
    if (file === undefined) missing.push(name);
    else found[name] = file;
  }
  return missing.length === 0
    ? { found }
    : { missing: `${serverTitles[kind]} is not installed (${missing.join(', ')})` };
}

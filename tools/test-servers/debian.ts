import { aptInstall } from './apt.ts';
import type { Recipe } from './recipe.ts';

export const redis: Recipe = {
  from: 'Debian, redis-server, 2 MB',
  install: (kitchen) => aptInstall(['redis-server'], kitchen),
};

export const postgres: Recipe = {
  from: 'Debian, postgresql, 65 MB',
  install: (kitchen) => aptInstall(['postgresql'], kitchen),
};

/** Builds images from a Dockerfile, without a daemon. */
export const buildah: Recipe = {
  from: 'Debian, buildah, 40 MB',
  install: (kitchen) => aptInstall(['buildah'], kitchen),
};

/** The core packages have the programs, and no service that would be started. */
export const mariadb: Recipe = {
  from: 'Debian, mariadb-server-core, 150 MB',
  install: (kitchen) => aptInstall(['mariadb-server-core', 'mariadb-client-core'], kitchen),
};

import type { ServerKind } from '@ccd/testkit/servers';
import { kafka } from './kafka.ts';
import { buildah, mariadb, postgres, redis } from './debian.ts';
import { gcs, helm, s3 } from './go.ts';
import { kubernetes } from './kubernetes.ts';
import { kubernetesNode } from './kubernetes-node.ts';
import { azurite } from './azurite.ts';
import type { Recipe } from './recipe.ts';

/** How each server comes to this machine. */
export const recipes: Readonly<Record<ServerKind, Recipe>> = {
  kafka,
  redis,
  postgres,
  mariadb,
  s3,
  azurite,
  gcs,
  kubernetes,
  'kubernetes-node': kubernetesNode,
  helm,
  buildah,
};

import { inheritedEnv } from '@ccd/testkit/servers';
import { givenClusterSchema, useGivenCluster } from './given-cluster.ts';
import { describeDataPlane } from './describe-data-plane.ts';

const given = givenClusterSchema.parse(inheritedEnv);

describeDataPlane('the streaming engine on the cluster of a kubeconfig', [], async (folder) =>
  useGivenCluster(given, folder),
);

import { describeDataPlane } from './testing/kubernetes/describe-data-plane.ts';
import { startNodeCluster } from './testing/kubernetes/install-cluster.ts';

describeDataPlane('the streaming engine on a Kubernetes node', ['kubernetes-node'], startNodeCluster);

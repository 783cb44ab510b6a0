import { describe, expect, it } from '@jest/globals';
import { toGivenCluster } from './given-cluster.ts';
import { toKubeconfig } from './kubeconfig.ts';

const viewOf = (
  name: string,
  as: Parameters<typeof toKubeconfig>[0]['as'] = { token: 'of the admin' },
): unknown => JSON.parse(toKubeconfig({ url: 'https://127.0.0.1:6443', ca: 'the authority', as }, { name }));

describe(toGivenCluster, () => {
  it.each(['kind-ccd', 'k3d-ccd'])('takes the cluster of a context %s', (name) => {
    expect(toGivenCluster(viewOf(name), '/bin/kubectl')).toStrictEqual({
      context: name,
      kubectl: '/bin/kubectl',
      access: { url: 'https://127.0.0.1:6443', ca: 'the authority', as: { token: 'of the admin' } },
    });
  });

  it('takes a client certificate as well', () => {
    const as = { cert: 'a certificate', key: 'its key' };
    expect(toGivenCluster(viewOf('kind-ccd', as), 'kubectl')?.access.as).toStrictEqual(as);
  });

  it.each(['production', 'gke_project_zone_kind-of', 'minikube', 'my-kind-cluster', 'kind'])(
    'leaves a context %s alone',
    (name) => {
      expect(toGivenCluster(viewOf(name), 'kubectl')).toBeUndefined();
    },
  );

  it('leaves alone what it cannot read', () => {
    expect(toGivenCluster({ 'current-context': 'kind-ccd' }, 'kubectl')).toBeUndefined();
  });
});

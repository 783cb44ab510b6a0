import { describe, expect, it } from '@jest/globals';
import { toClusterOptions } from './cluster-settings.ts';

describe(toClusterOptions, () => {
  const folders = { CLUSTER_ENGINE: 'local', CLUSTER_DIR: '/data/cluster', APPS_DIR: '/apps' } as const;

  it('gives workers the settings that are theirs, secrets as texts or as files, and nothing else of the agent', () => {
    const { baseEnv } = toClusterOptions(folders, {
      STRM_API_HOST: 'api',
      STRM_REDIS_PASSWORD_FILE: '/run/secrets/redis',
      KEY_LOOKUP_SECRET: 'text',
      STRM_API_HOST_FILE: 'no secret, no file',
      POLL_INTERVAL_MS: '1000',
    });
    expect(baseEnv).toEqual({
      STRM_API_HOST: 'api',
      STRM_REDIS_PASSWORD_FILE: '/run/secrets/redis',
      KEY_LOOKUP_SECRET: 'text',
    });
  });
});

describe('on Kubernetes', () => {
  it('gives pods no secret and no folder of the agent', () => {
    const options = toClusterOptions(
      {
        CLUSTER_ENGINE: 'kubernetes',
        KUBECONFIG: '/etc/kubeconfig',
        WORKLOAD_TEMPLATE_FILE: '/etc/pods.yaml',
      },
      {
        STRM_API_HOST: 'api',
        STRM_AUTH_CLIENT_SECRET: 'text',
        STRM_REDIS_PASSWORD_FILE: '/run/secrets/redis',
        CACHE_DIR: '/cache',
        PATH: '/bin',
      },
    );
    expect(options).toEqual({
      engine: 'kubernetes',
      kubeconfig: '/etc/kubeconfig',
      templateFile: '/etc/pods.yaml',
      baseEnv: { STRM_API_HOST: 'api', STRM_REDIS_PASSWORD_FILE: '/run/secrets/redis' },
    });
  });

  it('finds its API server where Kubernetes says', () => {
    const config = {
      CLUSTER_ENGINE: 'kubernetes',
      KUBERNETES_SERVICE_HOST: '10.0.0.1',
      KUBERNETES_SERVICE_PORT: '443',
      KUBERNETES_NAMESPACE: 'strm',
    } as const;
    expect(toClusterOptions(config, {})).toMatchObject({
      inCluster: { host: '10.0.0.1', port: '443' },
      namespace: 'strm',
    });
  });
});

it('says which folder the local cluster lacks', () => {
  expect(() => toClusterOptions({ CLUSTER_ENGINE: 'local' }, {})).toThrow('CLUSTER_DIR is missing');
});

import { describe, expect, it } from '@jest/globals';
import { toClusterOptions } from './settings.ts';

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

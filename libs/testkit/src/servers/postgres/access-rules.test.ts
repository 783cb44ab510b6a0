import { describe, expect, it } from '@jest/globals';
import { accessRules } from './access-rules.ts';

const tls = { ca: '', server: { cert: '', key: '' } };

describe(accessRules, () => {
  it.each([
    [{}, 'host all,replication all 127.0.0.1/32 trust\n'],
    [{ password: 'secret' }, 'host all,replication all 127.0.0.1/32 scram-sha-256\n'],
    [{ tls }, 'hostssl all,replication all 127.0.0.1/32 trust\n'],
    [
      { tls: { ...tls, clients: 'need a certificate' as const } },
      'hostssl all,replication all 127.0.0.1/32 cert\n',
    ],
    [
      { tls: { ...tls, clients: 'need a certificate' as const }, password: 'secret' },
      'hostssl all,replication all 127.0.0.1/32 scram-sha-256 clientcert=verify-full\n',
    ],
  ])('of %j are %j', (options, rules) => {
    expect(accessRules(options)).toBe(rules);
  });
});

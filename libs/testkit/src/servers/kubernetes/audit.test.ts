import { describe, expect, it } from '@jest/globals';
import { isWrite, parseAuditLog } from './audit.ts';

const line = (event: object): string =>
  `${JSON.stringify({
    kind: 'Event',
    level: 'Metadata',
    stage: 'ResponseComplete',
    user: { username: 'admin', groups: [] },
    userAgent: 'kubectl/v1.36.3',
    requestReceivedTimestamp: '2026-11-30T18:00:00.123456Z',
    ...event,
  })}\n`;

const patched = line({
  auditID: 'one',
  verb: 'patch',
  requestURI: '/apis/apps/v1/namespaces/test/deployments/worker/status?force=true',
  objectRef: {
    resource: 'deployments',
    apiGroup: 'apps',
    subresource: 'status',
    namespace: 'test',
    name: 'worker',
  },
  responseStatus: { code: 200 },
});
const watch = {
  auditID: 'two',
  verb: 'watch',
  requestURI: '/api/v1/secrets?watch=1',
  objectRef: { resource: 'secrets' },
};

describe(parseAuditLog, () => {
  it('names resources as RBAC does', () => {
    expect(parseAuditLog(patched)).toStrictEqual([
      {
        at: Date.parse('2026-11-30T18:00:00.123Z'),
        verb: 'patch',
        resource: 'deployments.apps/status',
        namespace: 'test',
        name: 'worker',
        uri: '/apis/apps/v1/namespaces/test/deployments/worker/status?force=true',
        user: 'admin',
        credential: undefined,
        userAgent: 'kubectl/v1.36.3',
        code: 200,
      },
    ]);
  });

  it('tells the tokens of a service account apart', () => {
    const user = {
      username: 'system:serviceaccount:ns:agent',
      extra: { 'authentication.kubernetes.io/credential-id': ['JTI=1'] },
    };
    expect(parseAuditLog(line({ ...watch, user }))).toMatchObject([
      { user: user.username, credential: 'JTI=1' },
    ]);
  });

  it('has a watch once, from its beginning on', () => {
    const began = line({ ...watch, stage: 'ResponseStarted', responseStatus: { code: 200 } });
    const ended = line({ ...watch, responseStatus: { code: 200 } });
    expect(parseAuditLog(began)).toMatchObject([{ verb: 'watch', resource: 'secrets' }]);
    expect(parseAuditLog(began + patched + ended)).toMatchObject([{ verb: 'watch' }, { verb: 'patch' }]);
  });

  it('leaves out a line that is still being written', () => {
    expect(parseAuditLog(patched + line(watch).slice(0, 40))).toHaveLength(1);
  });
});

describe(isWrite, () => {
  it('is true of what may change something', () => {
    const rehearsed = line({
      auditID: 'three',
      verb: 'update',
      requestURI: '/api/v1/secrets/x?fieldManager=y&dryRun=All',
    });
    expect(parseAuditLog(patched + line(watch) + rehearsed).map(isWrite)).toStrictEqual([true, false, false]);
  });
});

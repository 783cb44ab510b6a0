import { describe, expect, it } from '@jest/globals';
import { toApiRequest } from './api-request.ts';

describe(toApiRequest, () => {
  it.each([
    ['GET', '/api/v1/namespaces/n/configmaps?limit=500', 'list', 'configmaps', undefined],
    ['GET', '/apis/apps/v1/namespaces/n/deployments?watch=true', 'watch', 'deployments', undefined],
    ['GET', '/apis/apps/v1/namespaces/n/deployments/a', 'get', 'deployments', 'a'],
    ['POST', '/api/v1/namespaces/n/secrets?fieldManager=x', 'create', 'secrets', undefined],
    ['PATCH', '/apis/apps/v1/namespaces/n/deployments/a/scale', 'patch', 'deployments', 'a'],
    ['PUT', '/apis/coordination.k8s.io/v1/namespaces/n/leases/a', 'update', 'leases', 'a'],
    ['DELETE', '/api/v1/namespaces/n/configmaps/a', 'delete', 'configmaps', 'a'],
    ['GET', '/version', 'other', '', undefined],
  ])('reads %s %s', (method, uri, verb, resource, name) => {
    expect(toApiRequest(method, uri)).toEqual({ verb, resource, name, uri });
  });
});

import type { ObjectClient } from '../../kubernetes/client/object-client.ts';
import type { Resource } from '../../kubernetes/client/resources.ts';

export type Around = <T>(
  what: { readonly method: keyof ObjectClient; readonly resource: Resource },
  request: () => Promise<T>,
) => Promise<T>;

/** The objects with something around each request. */
export function aroundRequests(objects: ObjectClient, around: Around): ObjectClient {
  const of = (method: keyof ObjectClient, resource: Resource) => ({ method, resource });
  return {
    get: (resource, name) => around(of('get', resource), () => objects.get(resource, name)),
    list: (resource, ...rest) => around(of('list', resource), () => objects.list(resource, ...rest)),
    listBare: (resource, ...rest) =>
      around(of('listBare', resource), () => objects.listBare(resource, ...rest)),
    create: (resource, manifest) => around(of('create', resource), () => objects.create(resource, manifest)),
    replace: (resource, manifest) =>
      around(of('replace', resource), () => objects.replace(resource, manifest)),
    rehearse: (resource, manifest) =>
      around(of('rehearse', resource), () => objects.rehearse(resource, manifest)),
    apply: (resource, ...rest) => around(of('apply', resource), () => objects.apply(resource, ...rest)),
    remove: (resource, ...rest) => around(of('remove', resource), () => objects.remove(resource, ...rest)),
  };
}

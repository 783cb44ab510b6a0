/** A request to an API server, as far as its first line tells. */
export interface ApiRequest {
  readonly verb: 'get' | 'list' | 'watch' | 'create' | 'update' | 'patch' | 'delete' | 'other';
  /** `deployments`; empty where the request is for none. */
  readonly resource: string;
  readonly name: string | undefined;
  readonly uri: string;
}

const writes: Readonly<Record<string, ApiRequest['verb']>> = {
  POST: 'create',
  PUT: 'update',
  PATCH: 'patch',
  DELETE: 'delete',
};

/** Reads it as the audit log would name it. Subresources count as their object. */
export function toApiRequest(method: string, uri: string): ApiRequest {
  const url = new URL(uri, 'http://api');
  const [, resource = '', name] =
    /^\/(?:api\/v1|apis\/[^/]+\/[^/]+)\/namespaces\/[^/]+\/([^/]+)(?:\/([^/]+))?/.exec(url.pathname) ?? [];
  const isWatch = ['1', 'true'].includes(url.searchParams.get('watch') ?? '');
  const read = isWatch ? 'watch' : name === undefined ? 'list' : 'get';
  const verb = resource === '' ? 'other' : method === 'GET' ? read : (writes[method] ?? 'other');
  return { verb, resource, name, uri };
}

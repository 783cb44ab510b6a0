import { request } from 'node:https';
import { text } from 'node:stream/consumers';
import type { KubernetesServer } from '@ccd/testkit/servers';
import { z } from 'zod';

export interface Attempt {
  readonly title: string;
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE';
  /** Behind the address of the Secrets of the namespace. */
  readonly path: string;
  readonly contentType?: string;
  readonly body?: unknown;
}

export interface Reply {
  readonly code: number;
  readonly text: string;
}

/** Whoever has the token of a service account, and speaks to the API server as raw as it gets. */
export type Thief = (attempt: Omit<Attempt, 'title'>) => Promise<Reply>;

const tokenSchema = z.object({ users: z.tuple([z.object({ user: z.object({ token: z.string() }) })]) });

export async function stealToken(server: KubernetesServer, namespace: string, agent: string): Promise<Thief> {
  const kubeconfig = JSON.parse(await server.kubeconfigFor(namespace, agent)) as unknown;
  const { token } = tokenSchema.parse(kubeconfig).users[0].user;
  return ({ method, path, contentType = 'application/json', body }) =>
    new Promise((resolve, reject) => {
      const sentBody = body === undefined ? '' : JSON.stringify(body);
      const headers = {
        authorization: `Bearer ${token}`,
        accept: 'application/json',
        'content-type': contentType,
        // Without it Node leaves the body of a DELETE out.
        'content-length': Buffer.byteLength(sentBody),
      };
      const sent = request(
        `${server.url}${path}`,
        { method, ca: server.ca, agent: false, headers },
        (answer) => {
          text(answer).then((said) => {
            resolve({ code: answer.statusCode ?? 0, text: said });
          }, reject);
        },
      );
      sent.once('error', reject);
      sent.end(sentBody);
    });
}

const patches: readonly (readonly [string, string, unknown])[] = [
  ['that only tests', 'json-patch', [{ op: 'test', path: '/metadata/namespace', value: 'x' }]],
  ['that does nothing', 'json-patch', []],
  ['that cannot be decoded', 'json-patch', [{ op: 'add', path: '/metadata/generation', value: 'x' }]],
  ['that copies a value to the type', 'json-patch', [{ op: 'copy', from: '/data/password', path: '/type' }]],
  [
    'that copies a value to a label',
    'json-patch',
    [{ op: 'copy', from: '/data/password', path: '/metadata/labels' }],
  ],
  ['that merges nothing', 'merge-patch', {}],
  ['that merges what cannot be decoded', 'merge-patch', { metadata: { generation: 'x' } }],
  ['that merges nothing, strategically', 'strategic-merge-patch', {}],
];

const ours = { apiVersion: 'v1', kind: 'Secret', type: 'ccd/secret' };
const labels = { 'app.kubernetes.io/managed-by': 'ccd', 'ccd/agent': 'data-connectors-agent' };

/** Options of a removal that has a body are read from there alone. */
const rehearsed = ({ title, path, body, ...rest }: Attempt): Attempt => ({
  ...rest,
  title: `${title}, rehearsed`,
  path: `${path}${path.includes('?') ? '&' : '?'}dryRun=All`,
  body: rest.method === 'DELETE' && body !== undefined ? Object.assign({ dryRun: ['All'] }, body) : body,
});

/** Ways to a Secret of that name, most of them once more as a rehearsal: that too has an answer. */
export function waysTo(name: string): readonly Attempt[] {
  const one = `/${name}`;
  const put = (body: object) =>
    ({ method: 'PUT', path: one, body: { metadata: { name, labels }, ...body } }) as const;
  const written: readonly Attempt[] = [
    ...patches.map(([how, type, body]): Attempt => {
      const contentType = `application/${type}+json`;
      return { title: `a patch ${how}`, method: 'PATCH', path: one, contentType, body };
    }),
    {
      title: 'an application',
      method: 'PATCH',
      path: `${one}?fieldManager=x&force=true`,
      contentType: 'application/apply-patch+yaml',
      body: { ...ours, metadata: { name, labels } },
    },
    { title: 'a replacement of our type', ...put(ours) },
    { title: 'a replacement of its type', ...put({ ...ours, type: 'Opaque' }) },
    { title: 'a replacement of no type', ...put({ ...ours, type: undefined }) },
    ...['Foreground', 'Orphan', 'Background', undefined].map((propagationPolicy): Attempt => {
      const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy };
      return { title: `a removal (${propagationPolicy})`, method: 'DELETE', path: one, body };
    }),
    { title: 'a removal of all', method: 'DELETE', path: '' },
    {
      title: 'a creation in its place',
      method: 'POST',
      path: '',
      body: { ...ours, metadata: { name, labels } },
    },
  ];
  return [
    { title: 'a look at it', method: 'GET', path: one },
    { title: 'a list', method: 'GET', path: '' },
    { title: 'a list of it', method: 'GET', path: `?fieldSelector=metadata.name%3D${name}` },
    { title: 'a watch', method: 'GET', path: '?watch=true&timeoutSeconds=1' },
    ...written.map(rehearsed),
    ...written,
  ];
}

import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { delimiter, join } from 'node:path';
import { beforeEach, describe, expect, it } from '@jest/globals';
import { createFakeClock } from '@ccd/reconcile/testing';
import { scratchDir } from '@ccd/testkit';
import { connectCluster } from '../../connect-cluster.ts';
import { ConnectionError } from './connection.ts';
import { connectInCluster } from './in-cluster.ts';
import { connectByKubeconfig } from './kubeconfig.ts';

const dir = scratchDir();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(dir, 'account-'));
  await writeFile(join(folder, 'token'), 'one\n');
  await writeFile(join(folder, 'ca.crt'), 'PEM');
  await writeFile(join(folder, 'namespace'), 'strm');
});

describe(connectInCluster, () => {
  it('finds server, namespace, token and authority where the kubelet puts them', async () => {
    const connection = connectInCluster({ host: '10.0.0.1', port: '443', clock: createFakeClock(), folder });
    expect([connection.server.href, connection.namespace]).toEqual(['https://10.0.0.1/', 'strm']);
    expect(await connection.access(false)).toEqual({
      headers: { authorization: 'Bearer one' },
      tls: { ca: 'PEM' },
    });
  });

  it('reads a token anew once a minute, and at once when it was refused', async () => {
    const clock = createFakeClock();
    const connection = connectInCluster({ host: 'fd00::1', port: '6443', clock, folder });
    expect(connection.server.href).toBe('https://[fd00::1]:6443/');
    const token = async (refused = false) => (await connection.access(refused)).headers['authorization'];
    await token();
    await writeFile(join(folder, 'token'), 'two');
    expect(await token()).toBe('Bearer one');
    await clock.advance(60_000);
    expect(await token()).toBe('Bearer two');
    await writeFile(join(folder, 'token'), 'three');
    expect(await token(true)).toBe('Bearer three');
  });

  it('says what is missing', async () => {
    await rm(folder, { recursive: true });
    expect(() => connectInCluster({ host: 'h', port: '1', clock: createFakeClock(), folder })).toThrow(
      'set KUBECONFIG',
    );
  });
});

describe(connectByKubeconfig, () => {
  const config = (user: string): string => `
apiVersion: v1
kind: Config
current-context: here
clusters: [{ name: c, cluster: { server: 'https://k.example:6443', certificate-authority-data: ${btoa('PEM')} } }]
contexts: [{ name: here, context: { cluster: c, user: u, namespace: strm } }]
users: [{ name: u, user: ${user} }]
`;

  const open = async (text: string) => {
    const file = join(folder, 'config');
    await writeFile(file, text);
    return connectByKubeconfig(file, createFakeClock());
  };

  it('takes server, namespace, authority and token of the current context', async () => {
    const connection = await open(config('{ token: secret }'));
    expect([connection.server.href, connection.namespace]).toEqual(['https://k.example:6443/', 'strm']);
    expect(await connection.access(false)).toEqual({
      headers: { authorization: 'Bearer secret' },
      tls: { ca: 'PEM' },
    });
  });

  it.each([
    ['a token in a file', '{ tokenFile: token }', { headers: { authorization: 'Bearer one' } }],
    [
      'certificates in files',
      '{ client-certificate: ca.crt, client-key: token }',
      { tls: { cert: 'PEM', key: 'one\n' } },
    ],
    [
      'certificates within',
      `{ client-certificate-data: ${btoa('C')}, client-key-data: ${btoa('K')} }`,
      { headers: {}, tls: { cert: 'C', key: 'K' } },
    ],
    ['nobody', '{}', { headers: {} }],
  ])('takes %s', async (_title, user, expected) => {
    expect(await (await open(config(user))).access(false)).toMatchObject(expected);
  });

  const plugin = (script: string, more = ''): string =>
    config(
      `{ exec: { apiVersion: client.authentication.k8s.io/v1, command: sh, args: ['-c', '${script}']${more} } }`,
    );

  it('asks a plugin, and again once what it gave has ended', async () => {
    await writeFile(
      join(folder, 'plugin'),
      `echo x >> calls; echo '{"status":{"token":"'$A-$(wc -l < calls)'","expirationTimestamp":"2026-01-01T01:00:00Z"}}'`,
    );
    const file = join(folder, 'config');
    await writeFile(file, plugin('. ./plugin', ', env: [{ name: A, value: t }]'));
    const clock = createFakeClock(Date.parse('2026-01-01T00:00:00Z'));
    const connection = await connectByKubeconfig(file, clock);
    const token = async () => (await connection.access(false)).headers['authorization'];
    const both = await Promise.all([token(), token()]);
    await clock.advance(59 * 60_000);
    expect([...both, await token()]).toEqual(['Bearer t-1', 'Bearer t-1', 'Bearer t-1']);
    await clock.advance(60_000);
    expect(await token()).toBe('Bearer t-2');
  });

  it.each([
    ['fails', 'echo secret; exit 3', 'the credential plugin sh failed (3)'],
    ['prints something else', 'echo secret', 'the credential plugin sh printed no credential'],
  ])('says that a plugin %s, and not what it printed', async (_title, script, message) => {
    const connection = await open(plugin(script));
    await expect(connection.access(false)).rejects.toThrow(message);
  });

  it('joins several files: the earlier one holds, each from its own folder, and one may be missing', async () => {
    const other = join(folder, 'other');
    await mkdir(other);
    await writeFile(join(other, 'token'), 'two');
    const [one, two] = [join(folder, 'config'), join(other, 'config')];
    await writeFile(
      one,
      "current-context: here\nclusters: [{ name: c, cluster: { server: 'https://one.example' } }]",
    );
    await writeFile(two, config('{ tokenFile: token }'));
    const connection = await connectByKubeconfig(
      [join(folder, 'none'), one, two].join(delimiter),
      createFakeClock(),
    );
    expect([connection.server.href, connection.namespace]).toEqual(['https://one.example/', 'strm']);
    expect(await connection.access(false)).toEqual({ headers: { authorization: 'Bearer two' }, tls: {} });
  });

  it.each([
    ['a file that is no YAML', '{', 'can be read'],
    ['one without a context', 'clusters: []', 'names no context'],
    [
      'a password',
      config('{ username: u, password: hunter2 }'),
      'username: no API server takes passwords any more',
    ],
    [
      'a provider of old',
      config('{ auth-provider: { name: gcp } }'),
      'auth-provider: replaced by exec plugins',
    ],
    ['no URL', config('{}').replace('https://k.example:6443', 'k'), 'server: Invalid URL'],
  ])('refuses %s, and says where', async (_title, text, message) => {
    await expect(open(text)).rejects.toThrow(message);
  });

  it('refuses a file that is not there', async () => {
    await expect(connectByKubeconfig(join(folder, 'none'), createFakeClock())).rejects.toThrow(
      ConnectionError,
    );
  });
});

it('says that nothing tells where the API server is', async () => {
  await expect(connectCluster({ engine: 'kubernetes' })).rejects.toThrow(ConnectionError);
});

import { readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import type { Access, Connection } from './connection.ts';
import { askPlugin, pluginSchema } from './credential-plugin.ts';
import { keepAccess } from './kept-access.ts';
import type { FreshAccess } from './kept-access.ts';
import { check, readKubeconfigs } from './read-kubeconfigs.ts';

const text = z.string().min(1).exactOptional();

const clusterSchema = z.object({
  server: z.url(),
  'certificate-authority': text,
  'certificate-authority-data': text,
  'tls-server-name': text,
  'insecure-skip-tls-verify': z.boolean().exactOptional(),
  'proxy-url': z.url({ protocol: /^https?$/, error: 'is not the URL of an HTTP proxy' }).exactOptional(),
});

const userSchema = z.object({
  token: text,
  tokenFile: text,
  'client-certificate': text,
  'client-certificate-data': text,
  'client-key': text,
  'client-key-data': text,
  exec: pluginSchema.exactOptional(),
  'auth-provider': z.never({ error: 'replaced by exec plugins in Kubernetes 1.26' }).exactOptional(),
  username: z.never({ error: 'no API server takes passwords any more' }).exactOptional(),
});

type ClusterEntry = z.output<typeof clusterSchema>;
type User = z.output<typeof userSchema>;

/**
 * The connection that the current context of a kubeconfig describes: tokens, certificates, and plugins that give them.
 * @param paths a file, or several as `KUBECONFIG` may name them
 * @throws ConnectionError, which names fields and no value
 */
export async function connectByKubeconfig(paths: string, clock: Clock): Promise<Connection> {
  const { namespace, ...entries } = await readKubeconfigs(paths);
  const cluster = {
    folder: entries.cluster?.folder ?? '',
    value: check(clusterSchema, entries.cluster?.value, `${paths}: the cluster of its current context`),
  };
  const user = {
    folder: entries.user?.folder ?? '',
    value: check(userSchema, entries.user?.value ?? {}, `${paths}: the user of its current context`),
  };
  return {
    server: new URL(cluster.value.server),
    namespace,
    access: keepAccess(() => readAccess(cluster, user, clock), clock),
  };
}

/** What stands in the file goes before what a file of its own holds, as with kubectl. */
const readFrom =
  (folder: string) =>
  async (data: string | undefined, file: string | undefined): Promise<string | undefined> => {
    if (data !== undefined) return Buffer.from(data, 'base64').toString('utf8');
    return file === undefined ? undefined : readFile(resolve(folder, file), 'utf8');
  };

interface In<T> {
  readonly folder: string;
  readonly value: T;
}

async function readAccess(
  { value: cluster, folder: place }: In<ClusterEntry>,
  { value: user, folder }: In<User>,
  clock: Clock,
): Promise<FreshAccess> {
  const read = readFrom(folder);
  const [ca, cert, key] = await Promise.all([
    readFrom(place)(cluster['certificate-authority-data'], cluster['certificate-authority']),
    read(user['client-certificate-data'], user['client-certificate']),
    read(user['client-key-data'], user['client-key']),
  ]);
  const given = user.exec && (await askPlugin(user.exec, folder, clock));
  const token = given?.token ?? user.token ?? (await read(undefined, user.tokenFile))?.trim();
  const tls: Access['tls'] = {
    ...(ca !== undefined && { ca }),
    ...withPair(given?.cert ?? cert, given?.key ?? key),
    ...(cluster['tls-server-name'] !== undefined && { servername: cluster['tls-server-name'] }),
    ...(cluster['insecure-skip-tls-verify'] === true && { rejectUnauthorized: false }),
  };
  return {
    access: {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` },
      tls,
      ...(cluster['proxy-url'] !== undefined && { proxy: cluster['proxy-url'] }),
    },
    forMs: given?.forMs,
  };
}

const withPair = (cert: string | undefined, key: string | undefined) =>
  cert === undefined || key === undefined ? {} : { cert, key };

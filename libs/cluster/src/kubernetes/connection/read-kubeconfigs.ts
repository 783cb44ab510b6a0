import { readFile } from 'node:fs/promises';
import { delimiter, dirname } from 'node:path';
import { parse } from 'yaml';
import { z } from 'zod';
import { ConnectionError } from './connection.ts';

/** Other clusters and users of a file may be whatever they like. */
const configSchema = z.object({
  'current-context': z.string().default(''),
  contexts: z
    .array(
      z.object({
        name: z.string(),
        context: z.object({
          cluster: z.string(),
          user: z.string().default(''),
          namespace: z.string().min(1).exactOptional(),
        }),
      }),
    )
    .default([]),
  clusters: z.array(z.object({ name: z.string(), cluster: z.unknown() })).default([]),
  users: z.array(z.object({ name: z.string(), user: z.unknown() })).default([]),
});

/** Something of a kubeconfig, and the folder of its file, from which the paths in it start. */
export interface Entry {
  readonly value: unknown;
  readonly folder: string;
}

/** What the current context of one or more kubeconfigs says. */
export interface CurrentContext {
  readonly namespace: string | undefined;
  readonly cluster: Entry | undefined;
  readonly user: Entry | undefined;
}

/**
 * Reads the files of a `KUBECONFIG` as kubectl does: of several, what an earlier one says of a name holds, and one that is not
 * there is passed over.
 * @param paths one path, or several as in `PATH`
 * @throws ConnectionError
 */
export async function readKubeconfigs(paths: string): Promise<CurrentContext> {
  const files = paths.split(delimiter).filter((file) => file !== '');
  const read = await Promise.all(files.map((file) => readConfig(file, files.length > 1)));
  const configs = read.filter((config) => config !== undefined);
  const name = configs.map(({ config }) => config['current-context']).find((each) => each !== '');
  const contexts = configs.flatMap(({ config }) => config.contexts);
  const context = contexts.find((each) => each.name === name)?.context;
  if (context === undefined) throw new ConnectionError(`${paths} names no context as the current one`);
  const clusters = configs.flatMap(({ folder, config }) =>
    config.clusters.map(({ name: of, cluster }) => ({ of, value: cluster, folder })),
  );
  const users = configs.flatMap(({ folder, config }) =>
    config.users.map(({ name: of, user }) => ({ of, value: user, folder })),
  );
  return {
    namespace: context.namespace,
    cluster: clusters.find(({ of }) => of === context.cluster),
    user: users.find(({ of }) => of === context.user),
  };
}

async function readConfig(file: string, maybe: boolean) {
  try {
    const config = check(configSchema, (parse(await readFile(file, 'utf8')) as unknown) ?? {}, file);
    return { folder: dirname(file), config };
  } catch (cause) {
    if (cause instanceof ConnectionError) throw cause;
    if (maybe && isMissing(cause)) return undefined;
    throw new ConnectionError(`${file} is not a kubeconfig that can be read`, { cause });
  }
}

// Errors of Node itself belong to another realm under test: hence no instanceof.
const isMissing = (cause: unknown): boolean =>
  typeof cause === 'object' && cause !== null && 'code' in cause && cause.code === 'ENOENT';

/** @throws ConnectionError, which names fields and no value */
export function check<T>(schema: z.ZodType<T>, value: unknown, what: string): T {
  const result = schema.safeParse(value);
  if (result.success) return result.data;
  const faults = result.error.issues.map(({ path, message }) => `${path.map(String).join('.')}: ${message}`);
  throw new ConnectionError(`${what} cannot be used: ${faults.join('; ')}`);
}

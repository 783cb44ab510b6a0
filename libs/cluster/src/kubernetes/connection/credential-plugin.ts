import { execFile } from 'node:child_process';
import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { inherited } from './config.ts';
import { ConnectionError } from './connection.ts';

/** `exec` of a user in a kubeconfig: a program that gives a token or a certificate (client.authentication.k8s.io). */
export const pluginSchema = z.object({
  apiVersion: z.enum(['client.authentication.k8s.io/v1', 'client.authentication.k8s.io/v1beta1']),
  command: z.string().min(1),
  args: z.array(z.string()).nullish(),
  env: z.array(z.object({ name: z.string().regex(/^[^=]+$/), value: z.string() })).nullish(),
  provideClusterInfo: z.literal(false, { error: 'is not supported' }).exactOptional(),
});

type Plugin = z.output<typeof pluginSchema>;

const credentialSchema = z.object({
  status: z.object({
    token: z.string().min(1).exactOptional(),
    clientCertificateData: z.string().min(1).exactOptional(),
    clientKeyData: z.string().min(1).exactOptional(),
    expirationTimestamp: z.iso.datetime({ offset: true }).exactOptional(),
  }),
});

export interface PluginCredential {
  readonly token: string | undefined;
  readonly cert: string | undefined;
  readonly key: string | undefined;
  /** Milliseconds that it is good for, some left for the way; undefined where it does not say. */
  readonly forMs: number | undefined;
}

const timeoutMs = 30_000;
const marginMs = 30_000;

/** @throws ConnectionError; what the program printed stays out of it */
export async function askPlugin(
  { apiVersion, command, args, env }: Plugin,
  folder: string,
  clock: Clock,
): Promise<PluginCredential> {
  const info = JSON.stringify({ apiVersion, kind: 'ExecCredential', spec: { interactive: false } });
  const own = Object.fromEntries((env ?? []).map(({ name, value }) => [name, value]));
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  // Variables may be secrets: arguments of a process are seen by everybody on the machine.
  execFile(
    command,
    args ?? [],
    {
      cwd: folder,
      env: { ...inherited, KUBERNETES_EXEC_INFO: info, ...own },
      timeout: timeoutMs,
      maxBuffer: 1_048_576,
    },
    (error, stdout) => {
      if (error)
        reject(
          new ConnectionError(
            `the credential plugin ${command} failed (${String(error.code ?? error.signal)})`,
          ),
        );
      else resolve(stdout);
    },
  );
  const printed = await promise;
  const { status } = parseCredential(command, printed);
  return {
    token: status.token,
    cert: status.clientCertificateData,
    key: status.clientKeyData,
    forMs:
      status.expirationTimestamp === undefined
        ? undefined
        : Math.max(0, Date.parse(status.expirationTimestamp) - clock.now() - marginMs),
  };
}

function parseCredential(command: string, printed: string): z.output<typeof credentialSchema> {
  try {
    return credentialSchema.parse(JSON.parse(printed));
  } catch {
    throw new ConnectionError(`the credential plugin ${command} printed no credential`);
  }
}

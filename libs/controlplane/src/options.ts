import type { Clock } from '@ccd/reconcile';
import { z } from 'zod';
import { InvalidOptionsError } from './errors.ts';
import type { ProxyOptions } from './transport/proxy.ts';

const ms = z.number().int().positive();

const settingsSchema = z.object({
  host: z.string().min(1),
  port: z.number().int().min(1).max(65_535),
  tls: z.union([z.literal('off'), z.object({ ca: z.string().min(1).exactOptional() })]),
  proxy: z
    .object({ url: z.url({ protocol: /^http$/ }), except: z.array(z.string()).readonly().optional() })
    .exactOptional(),
  authUrl: z.url({ protocol: /^https?$/ }).transform((url) => url.replace(/\/+$/, '')),
  clientId: z.string().min(1),
  clientSecret: z.string().min(1),
  installationId: z.guid(),
  hashSecret: z.string().min(1).exactOptional(),
  attemptTimeoutMs: ms.default(10_000),
  totalTimeoutMs: ms.default(25_000),
  maxAttempts: z.number().int().positive().default(4),
  maxAnswerBytes: z
    .number()
    .int()
    .positive()
    .default(64 * 1024 * 1024),
  keepaliveMs: ms.default(30_000),
});

/** What `connectControlPlane` takes; the schema's defaults fill in the rest. */
export type ControlPlaneSettings = z.input<typeof settingsSchema>;

export interface ControlPlaneOptions {
  readonly host: string;
  readonly port: number;
  /** `off` is plaintext; `ca` is the PEM text of the authorities to trust instead of the system's, for gRPC and tokens. */
  readonly tls: 'off' | { readonly ca?: string };
  /** On the way to both, over TLS alone. The variables of the environment that grpc-js reads mean nothing. */
  readonly proxy?: ProxyOptions;
  /** Base of the identity provider, as `https://accounts.example.com`. */
  readonly authUrl: string;
  readonly clientId: string;
  readonly clientSecret: string;
  readonly installationId: string;
  /** Keys the hashes of data connectors. A change counts as a change of every connector. @default derived from `clientSecret` */
  readonly hashSecret?: string;
  /** Longest time for one attempt of a call. @default 10 000 ms */
  readonly attemptTimeoutMs?: number;
  /** Longest time for a call with its retries and its token. @default 25 000 ms: less than agents wait, who would not know why */
  readonly totalTimeoutMs?: number;
  /** @default 4 */
  readonly maxAttempts?: number;
  /** Largest answer that is accepted. @default 64 MiB, which is about 200 000 streams */
  readonly maxAnswerBytes?: number;
  /** Time between pings while calls are running. @default 30 000 ms */
  readonly keepaliveMs?: number;
  readonly clock: Clock;
  /** Numbers from 0 up to 1. @default Math.random */
  readonly random?: () => number;
}

export type CompiledSettings = Readonly<z.output<typeof settingsSchema>>;

/** Checks the options and fills in the defaults. @throws InvalidOptionsError */
export function compileSettings(options: ControlPlaneSettings): CompiledSettings {
  const parsed = settingsSchema.safeParse(options);
  if (parsed.success) return parsed.data;
  throw new InvalidOptionsError(
    parsed.error.issues.map(({ path, message }) => `${path.join('.')}: ${message}`),
  );
}

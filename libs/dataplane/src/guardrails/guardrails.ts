import { readFile } from 'node:fs/promises';
import type { ConsentRule } from '@ccd/contracts';
import { text } from '@ccd/service';
import {
  DatabaseUriError,
  destinationOf,
  destinationOfDatabase,
  InvalidLocationError,
  parseDatabaseLocation,
  parseStorageLocation,
  UnsupportedLocationError,
} from '@ccd/storage';
import type { DatabaseDestination, Destination } from '@ccd/storage';
import { z } from 'zod';

const filled = z.string().min(1);
const endpoint = z.url().transform((given) => new URL(given).origin);
/** With the path, in which emulators have the account's name. */
const account = z.url().transform((given) => {
  const { origin, pathname } = new URL(given);
  return `${origin}${pathname.replace(/\/$/, '')}`;
});

/** With its port, since the same host may have others. */
const server = z
  .string()
  .regex(/^(?:postgresql|mysql):\/\/[^/@]+:\d+$/, 'is not postgresql://host:port or mysql://host:port')
  .toLowerCase();

const destinationSchema = z.discriminatedUnion('type', [
  z.strictObject({ type: z.literal('folder'), bucket: filled }),
  /** Without an endpoint it is Amazon's own. */
  z.strictObject({ type: z.literal('s3'), bucket: filled, endpoint: endpoint.exactOptional() }),
  z.strictObject({ type: z.literal('gcs'), bucket: filled }),
  z.strictObject({ type: z.literal('azure'), account, container: filled }),
  z.strictObject({ type: z.literal('database'), server, database: filled }),
  z.strictObject({ type: z.literal('bigquery'), project: filled }),
]);

/** Everything has to be said: a line that is missing must not mean that anything goes. */
const guardrailsSchema = z.strictObject({
  purposes: z.union([z.literal('any'), z.array(z.int().nonnegative())]),
  destinations: z.union([z.literal('any'), z.array(destinationSchema)]),
  keyExport: z.boolean(),
});

/** What the customer lets a control plane ask for. */
export type Guardrails = z.output<typeof guardrailsSchema>;

/** The setting of everything that works within guardrails. */
export const guardrailSettings = {
  GUARDRAILS_FILE: text()
    .optional()
    .describe('File with what a control plane may ask for; without one nothing is bounded'),
} as const;

/** What holds where the customer has set no guardrails. */
const open: Guardrails = { purposes: 'any', destinations: 'any', keyExport: true };

/** The file is named and cannot be used: then nothing may be done that it might forbid. */
export class GuardrailsUnreadableError extends Error {
  override readonly name = 'GuardrailsUnreadableError';
  readonly path: string;

  constructor(path: string, problem: string, options?: ErrorOptions) {
    super(`the guardrails in ${path} cannot be used: ${problem}`, options);
    this.path = path;
  }
}

/** @throws GuardrailsUnreadableError */
export async function loadGuardrails(path: string | undefined): Promise<Guardrails> {
  if (path === undefined) return open;
  let json: unknown;
  try {
    json = JSON.parse(await readFile(path, 'utf8'));
  } catch (error) {
    throw new GuardrailsUnreadableError(path, 'it cannot be read as JSON', { cause: error });
  }
  const parsed = guardrailsSchema.safeParse(json);
  if (parsed.success) return parsed.data;
  const problems = parsed.error.issues.map(({ path: at, message }) => `${at.join('.')}: ${message}`);
  throw new GuardrailsUnreadableError(path, problems.join('; '));
}

/** Why a stream of this rule is beyond the guardrails; undefined where it is within. */
export function refuseConsent({ purposes }: Guardrails, { type, levels }: ConsentRule): string | undefined {
  if (purposes === 'any') return undefined;
  const allowed = new Set(purposes);
  if (type === 'GRANULAR') {
    const beyond = levels.find((level) => !allowed.has(level));
    return beyond === undefined ? undefined : `purpose ${beyond} is not allowed in this installation`;
  }
  // A cumulative level opens every purpose up to it.
  const [highest = 0] = levels;
  let reached = 0;
  while (reached <= highest && allowed.has(reached)) reached += 1;
  return reached > highest
    ? undefined
    : `cumulative level ${highest} opens purpose ${reached}, which is not allowed in this installation`;
}

/** Why this content may not be exported. */
export function refuseContent({ keyExport }: Guardrails, content: 'events' | 'keys'): string | undefined {
  return content === 'keys' && !keyExport ? 'keys may not be exported from this installation' : undefined;
}

/** Why nothing may be written to this location. @param location as it stands in a Secret, with credentials */
export function refuseLocation({ destinations }: Guardrails, location: string): string | undefined {
  if (destinations === 'any') return undefined;
  const wanted = toDestination(location);
  return wanted !== undefined && destinations.some((allowed) => isSame(allowed, wanted))
    ? undefined
    : 'its destination is not among those allowed in this installation';
}

/** Undefined for what leads nowhere that is known. */
function toDestination(location: string): AnyDestination | undefined {
  try {
    const database = parseDatabaseLocation(location);
    return database === undefined
      ? destinationOf(parseStorageLocation(location))
      : destinationOfDatabase(database);
  } catch (error) {
    if (unusable.some((type) => error instanceof type)) return undefined;
    throw error;
  }
}

const unusable = [DatabaseUriError, InvalidLocationError, UnsupportedLocationError];

type AnyDestination = Destination | DatabaseDestination;

function isSame(allowed: AnyDestination, wanted: AnyDestination): boolean {
  const [one, other] = [allowed, wanted].map((each) => JSON.stringify(Object.entries(each).toSorted()));
  return one === other;
}

import { z } from 'zod';

const statusSchema = z.object({
  kind: z.literal('Status'),
  message: z.string().default(''),
  reason: z.string().default(''),
  details: z
    .object({
      retryAfterSeconds: z.number().exactOptional(),
      causes: z
        .array(z.object({ field: z.string().default(''), reason: z.string().default('') }))
        .default([]),
    })
    .default({ causes: [] }),
});

/** The API server has answered, and not as we asked. */
export class ApiError extends Error {
  override readonly name = 'ApiError';
  readonly code: number;
  /** Kubernetes' own word for it: `AlreadyExists`, `Conflict`, `Forbidden` … */
  readonly reason: string;
  /** The fields that it found fault with, and how, without their values. */
  readonly causes: readonly { readonly field: string; readonly reason: string }[];
  readonly retryAfterMs: number | undefined;

  constructor(code: number, body: string, retryAfter?: string) {
    const status = parseStatus(body);
    super(status?.message ?? `the API server answered ${code}`);
    this.code = code;
    this.reason = status?.reason ?? '';
    this.causes = status?.details.causes ?? [];
    const seconds = Number(retryAfter ?? status?.details.retryAfterSeconds ?? Number.NaN);
    this.retryAfterMs = Number.isFinite(seconds) && seconds >= 0 ? seconds * 1_000 : undefined;
  }
}

function parseStatus(body: string): z.output<typeof statusSchema> | undefined {
  try {
    return statusSchema.parse(JSON.parse(body));
  } catch {
    // A proxy between us and the server speaks its own language.
    return undefined;
  }
}

export const isNotFound = (error: unknown): boolean => error instanceof ApiError && error.code === 404;

/** It asks for a version that the server has not come to: it was restored to an earlier moment, or is behind another one. */
export const isAheadOfServer = (code: number, causes: readonly { readonly reason: string }[]): boolean =>
  code === 504 && causes.some(({ reason }) => reason === 'ResourceVersionTooLarge');

/** Another object has the name than the one whose uid was named; no other conflict says that. */
export const isOfAnotherUid = (error: unknown): boolean =>
  error instanceof ApiError && error.code === 409 && error.message.includes('UID in precondition');

/** No whole answer came: refused, reset, cut, or too slow. Whether the request was carried out is unknown. */
export class NoAnswerError extends Error {
  override readonly name = 'NoAnswerError';
}

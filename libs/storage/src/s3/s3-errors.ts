import { S3ServiceException } from '@aws-sdk/client-s3';
import { STSServiceException } from '@aws-sdk/client-sts';
import { ownErrorIn, toPortError } from '../remote/service-errors.ts';

/** Refusals that S3 and its kin say with other statuses than 401 and 403. */
const refusals = new Set([
  'InvalidAccessKeyId',
  'SignatureDoesNotMatch',
  'ExpiredToken',
  'InvalidToken',
  'AccessDenied',
]);

/** Says in the words of the port what the client threw. */
export function fromS3(key: string, error: unknown): Error {
  const own = ownErrorIn(error);
  if (own) return own;
  if (error instanceof S3ServiceException || error instanceof STSServiceException) {
    const { httpStatusCode } = error.$metadata;
    const status = refusals.has(error.name) ? 403 : httpStatusCode;
    return toPortError(key, { code: error.name, ...(status !== undefined && { status }) });
  }
  return toPortError(key, { code: codeOf(error) });
}

const codeOf = (error: unknown): string => {
  if (!(error instanceof Error)) return '';
  return 'code' in error && typeof error.code === 'string' ? error.code : error.name;
};

export const isStatus = (error: unknown, ...statuses: readonly number[]): boolean =>
  error instanceof S3ServiceException && statuses.includes(error.$metadata.httpStatusCode ?? 0);

export const isNamed = (error: unknown, name: string): boolean =>
  error instanceof S3ServiceException && error.name === name;

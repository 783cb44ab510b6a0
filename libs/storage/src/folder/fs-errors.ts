import { AccessDeniedError, ObjectKeyError, StorageUnavailableError } from '../errors.ts';

/** Node's errors of file system calls; errors of anything else carry no `syscall`. */
const isFsError = (error: unknown): error is { readonly code: string; readonly syscall: string } =>
  typeof error === 'object' &&
  error !== null &&
  'syscall' in error &&
  'code' in error &&
  typeof error.code === 'string';

export const hasCode = (error: unknown, ...codes: readonly string[]): boolean =>
  isFsError(error) && codes.includes(error.code);

/** Says in the words of the port what the file system answered. Errors of other origin stay as they are. */
export function toStorageError(key: string, error: unknown): unknown {
  if (!isFsError(error)) return error;
  const options = { cause: error };
  switch (error.code) {
    case 'EACCES':
    case 'EPERM':
    case 'EROFS':
      return new AccessDeniedError(key, `the file system answered ${error.code}`, options);
    case 'ELOOP':
      return new AccessDeniedError(key, 'a symbolic link stands there', options);
    case 'ENAMETOOLONG':
      return new ObjectKeyError('it is too long for the file system', options);
    case 'ENOTDIR':
    case 'EISDIR':
    case 'ENOTEMPTY':
      return new ObjectKeyError('a folder cannot hold both an object and objects below it', options);
    default:
      return new StorageUnavailableError(key, `the file system answered ${error.code}`, options);
  }
}

/** Runs `work`, with whatever the file system throws in the words of the port. */
export async function inWordsOfPort<T>(key: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    throw toStorageError(key, error);
  }
}

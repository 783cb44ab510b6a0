import { status } from '@grpc/grpc-js';
import { CliError, UsageError } from '../cli-error.ts';
import { printableLines } from '../output/printable.ts';

/** A code as the other clients of this protocol write it: NOT_FOUND is NotFound. */
function codeName(code: number): string {
  const name = status[code];
  if (name === undefined) return `Code(${code})`;
  if (name === 'CANCELLED') return 'Canceled';
  return name
    .toLowerCase()
    .split('_')
    .map((part) => part.charAt(0).toUpperCase() + part.slice(1))
    .join('');
}

interface CallError {
  readonly code: number;
  readonly details: string;
}

const isCallError = (error: unknown): error is Error & CallError =>
  error instanceof Error &&
  'code' in error &&
  typeof error.code === 'number' &&
  'details' in error &&
  typeof error.details === 'string';

/** The gRPC library tells of a server that it cannot reach in its own terms. */
function inWords(details: string): string {
  const reason =
    /^No connection established\. Last error: (?:Error: )?(?<reason>.*?)\. Resolution note:/s.exec(details);
  const target = /^Name resolution failed for target dns:(?<target>.*)$/s.exec(details);
  if (reason?.groups) return `The control plane cannot be reached: ${reason.groups['reason'] ?? ''}`;
  if (target?.groups)
    return `The control plane cannot be reached: no address of ${target.groups['target'] ?? ''}`;
  return details;
}

/** What a person reads about a failed command, and whether it is the program's own fault. */
export function describeError(error: unknown): { readonly text: string; readonly isOurs: boolean } {
  if (isCallError(error)) {
    const { code, details } = error;
    const text = `Error code = ${codeName(code)}\nDetails = ${printableLines(inWords(details))}`;
    return { text, isOurs: false };
  }
  if (error instanceof CliError || error instanceof UsageError) {
    return { text: printableLines(error.message), isOurs: false };
  }
  return { text: error instanceof Error ? printableLines(error.message) : String(error), isOurs: true };
}

import { execFile } from 'node:child_process';
import { inheritedEnv } from '../config.ts';

/** kubectl ended with something else than 0; what it said is in the message. */
export class KubectlError extends Error {
  override readonly name = 'KubectlError';

  constructor(args: readonly string[], said: string) {
    super(`kubectl ${args.join(' ')}: ${said.trim()}`);
  }
}

export interface KubectlPlaces {
  readonly program: string;
  readonly kubeconfig: string;
  /** Folder for what it learns of the cluster. */
  readonly cache: string;
}

const endsWithinMs = 120_000;

/**
 * Runs kubectl to its end and resolves with what it printed.
 * @param input what it reads where a file is called `-`
 */
export function runKubectl(
  { program, kubeconfig, cache }: KubectlPlaces,
  args: readonly string[],
  input = '',
): Promise<string> {
  return new Promise((resolve, reject) => {
    const child = execFile(
      program,
      [`--kubeconfig=${kubeconfig}`, `--cache-dir=${cache}`, ...args],
      {
        timeout: endsWithinMs,
        maxBuffer: 64 * 1024 * 1024,
        // The user's own aliases and defaults are none of a test's.
        env: { ...inheritedEnv, KUBECTL_KUBERC: 'false' },
      },
      (error, out, errors) => {
        if (error === null) resolve(out);
        else reject(new KubectlError(args, errors === '' ? error.message : errors));
      },
    );
    // It may have ended without reading.
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
  });
}

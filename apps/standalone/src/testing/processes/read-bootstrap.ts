import type { Credentials } from '../../credentials.ts';

/** The credentials that the control plane shows at its first start, from what it printed. */
export function readBootstrap(lines: readonly string[]): Credentials {
  const text = lines.join('\n');
  const find = (pattern: RegExp): string => {
    const [, found] = pattern.exec(text) ?? [];
    if (found === undefined) throw new Error(`the control plane did not print ${pattern.source}`);
    return found;
  };
  return {
    admin: {
      email: find(/Administrator (\S+), for/),
      clientId: find(/^\s+client id\s+(\S+)/m),
      clientSecret: find(/^\s+client secret\s+(\S+)/m),
    },
    installation: {
      id: find(/STRM_INSTALLATION_ID\s+(\S+)/),
      clientId: find(/STRM_AUTH_CLIENT_ID\s+(\S+)/),
      clientSecret: find(/STRM_AUTH_CLIENT_SECRET\s+(\S+)/),
    },
    // Chosen by name, so that its id is nobody's concern here.
    project: { id: '', name: find(/with the project "([^"]+)"/) },
  };
}

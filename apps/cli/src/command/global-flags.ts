import { choice, optionalText, text, toggle } from './flag.ts';
import type { Flag } from './flag.ts';

export const apiHost = text(
  '--api-host <host:port>',
  'server of the control plane; plaintext when it contains :50051, TLS otherwise',
  'api.strmprivacy.io:443',
);

export const apiAuthUrl = text(
  '--api-auth-url <url>',
  'where logins and tokens come from',
  'https://accounts.strmprivacy.io',
);

export const tokenFile = optionalText(
  '--token-file <file>',
  'file of the login (default: strm-creds-<auth host>.json in the configuration folder)',
);

export const projectName = optionalText(
  '-p, --project <name>',
  'work in this project instead of the active one',
);

export const recursive = toggle('-r, --recursive', 'include everything that belongs to it');

/** Accepted before and after the names of commands. */
export const globalFlags: readonly Flag<unknown>[] = [apiHost, apiAuthUrl, tokenFile, projectName];

/** Accepted before the names of commands; each command says which formats it has. */
export const anyOutput = optionalText('-o, --output <format>', 'output format of the command');

export const outputOf = (formats: readonly string[]): Flag<string> =>
  choice('-o, --output <format>', 'output format', formats, formats[0] ?? 'plain');

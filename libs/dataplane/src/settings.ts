import { hostname } from 'node:os';
import type { ControlPlaneOptions, RequestTextOptions } from '@ccd/controlplane';
import type { Clock } from '@ccd/reconcile';
import {
  ConfigError,
  bool,
  folder,
  list,
  port,
  readSettingFile,
  secret,
  secretText,
  setting,
  text,
  url,
} from '@ccd/service';
import { z } from 'zod';

const proxyUrl = setting('a URL that starts with http://, maybe with user:password@', (value) => {
  const parsed = URL.canParse(value) ? new URL(value) : undefined;
  return parsed?.protocol === 'http:' && parsed.pathname === '/' && !parsed.search ? value : undefined;
});

/** Settings of everything that asks the control plane. */
export const controlPlaneSettings = {
  STRM_API_HOST: text().describe('Host of the control plane'),
  STRM_API_PORT: port().default(443).describe('Port of its gRPC API'),
  STRM_API_TLS: bool()
    .default(true)
    .describe('Whether the API is reached over TLS; plaintext is for one machine'),
  STRM_API_CA: text()
    .optional()
    .describe(
      "File with the authorities to trust (PEM) at the API and the identity provider; default: the system's",
    ),
  HTTPS_PROXY: secret(proxyUrl)
    .optional()
    .describe('Proxy on the way to the API and the identity provider, where they are reached over TLS'),
  NO_PROXY: list()
    .optional()
    .describe('What is reached without it: names with all below them, addresses, networks as address/bits'),
  STRM_AUTH_URL: url().describe('Base URL of the identity provider'),
  STRM_AUTH_CLIENT_ID: text().describe('Client id of the installation'),
  STRM_AUTH_CLIENT_SECRET: secretText().describe('Client secret of the installation'),
  STRM_INSTALLATION_ID: text().describe('Id of the installation'),
} as const;

type ControlPlaneConfig = z.output<z.ZodObject<typeof controlPlaneSettings>>;

/** @throws ConfigError when the file that STRM_API_CA names cannot be read, or the installation's id is none */
export function toControlPlaneOptions(config: ControlPlaneConfig, clock: Clock): ControlPlaneOptions {
  const { ca, proxy } = toIssuerOptions(config);
  if (!z.guid().safeParse(config.STRM_INSTALLATION_ID).success) {
    const variable = 'STRM_INSTALLATION_ID';
    throw new ConfigError([{ variable, problem: 'is no id of an installation', accepted: 'a UUID' }]);
  }
  return {
    host: config.STRM_API_HOST,
    port: config.STRM_API_PORT,
    tls: !config.STRM_API_TLS ? 'off' : ca === undefined ? {} : { ca },
    ...(proxy !== undefined && { proxy }),
    authUrl: config.STRM_AUTH_URL,
    clientId: config.STRM_AUTH_CLIENT_ID,
    clientSecret: config.STRM_AUTH_CLIENT_SECRET,
    installationId: config.STRM_INSTALLATION_ID,
    clock,
  };
}

/**
 * How the identity provider is reached.
 * @throws ConfigError when the file that STRM_API_CA names cannot be read
 */
export function toIssuerOptions(
  config: Pick<ControlPlaneConfig, 'STRM_API_CA' | 'HTTPS_PROXY' | 'NO_PROXY'>,
): Pick<RequestTextOptions, 'ca' | 'proxy'> {
  const { STRM_API_CA: ca, HTTPS_PROXY: proxy, NO_PROXY: except } = config;
  return {
    ...(ca !== undefined && { ca: readSettingFile('STRM_API_CA', ca) }),
    ...(proxy !== undefined && { proxy: { url: proxy, except } }),
  };
}

/** A folder for what a process remembers between starts. */
export const cacheSettings = {
  CACHE_DIR: folder().describe('Folder for contracts, keys of tokens and the like, kept between starts'),
} as const;

/** The name under which an instance reports how it is. */
export const instanceSettings = {
  INSTANCE_ID: text()
    .optional()
    .describe('Name of this instance, at least 4 characters; default: host name and process id'),
} as const;

export const toInstanceId = ({ INSTANCE_ID }: z.output<z.ZodObject<typeof instanceSettings>>): string =>
  INSTANCE_ID ?? `${hostname()}-${process.pid}`;

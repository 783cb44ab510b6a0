import { folder, readSettingFile, setting, text } from '@ccd/service';
import { parseNetwork } from '@ccd/storage';
import type { NetworkOptions, ObjectStoreOptions } from '@ccd/storage';
import type { z } from 'zod';

const networks = setting('networks as address/bits between commas', (value) => {
  const parsed = value.split(',').map((each) => parseNetwork(each.trim()));
  return parsed.every((network) => network !== undefined) ? parsed : undefined;
});

/** Settings of everything that connects to where connectors lead. */
export const networkSettings = {
  STORAGE_ALLOWED_NETWORKS: networks
    .optional()
    .describe(
      'Private, loopback and other special networks in which the stores and databases of connectors may be, also without TLS; all others are on the internet and speak TLS',
    ),
  STORAGE_CA: text()
    .optional()
    .describe(
      "File with the authorities that stores and databases are trusted by (PEM); default: the system's",
    ),
} as const;

/** Settings of everything that reads or writes object stores. */
export const storageSettings = {
  FOLDER_ROOT: folder()
    .optional()
    .describe(
      'Folder below which connectors with the endpoint `file:///` may write; without it they are refused',
    ),
  ...networkSettings,
} as const;

/** @throws ConfigError when the file that STORAGE_CA names cannot be read */
export function toNetworkOptions({
  STORAGE_ALLOWED_NETWORKS: allowedNetworks,
  STORAGE_CA: ca,
}: z.output<z.ZodObject<typeof networkSettings>>): NetworkOptions {
  return {
    ...(allowedNetworks !== undefined && { allowedNetworks }),
    ...(ca !== undefined && { ca: readSettingFile('STORAGE_CA', ca) }),
  };
}

/** @throws ConfigError when the file that STORAGE_CA names cannot be read */
export function toStorageOptions(config: z.output<z.ZodObject<typeof storageSettings>>): ObjectStoreOptions {
  const { FOLDER_ROOT: folderRoot } = config;
  return { ...(folderRoot !== undefined && { folderRoot }), network: toNetworkOptions(config) };
}

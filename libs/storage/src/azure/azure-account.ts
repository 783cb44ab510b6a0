import { InvalidLocationError } from '../errors.ts';
import type { StorageLocation } from '../port.ts';

export type AzureLocation = Extract<StorageLocation, { type: 'azure' }>;

/** The blob service of a storage account. */
export interface AzureAccount {
  /** `https://<account>.blob.core.windows.net`; emulators have the account's name as a path behind. */
  readonly url: string;
  /** Where applications of the same cloud log in. */
  readonly loginUrl: string;
}

const publicLogin = 'https://login.microsoftonline.com';

/** Microsoft's clouds of single countries have logins of their own. */
const nationalLogins: readonly (readonly [suffix: string, login: string])[] = [
  ['.core.usgovcloudapi.net', 'https://login.microsoftonline.us'],
  ['.core.chinacloudapi.cn', 'https://login.partner.microsoftonline.cn'],
];

/**
 * Reads the URI of a storage account. A path of more than the account's name would be a container, or a part of a
 * name, which the location says elsewhere.
 * @throws InvalidLocationError
 */
export function parseAzureAccount(uri: string): AzureAccount {
  const url = URL.parse(uri);
  const isAccount =
    (url?.protocol === 'https:' || url?.protocol === 'http:') &&
    `${url.username}${url.password}${url.search}${url.hash}` === '' &&
    /^\/(?:[a-z0-9]{3,24}\/?)?$/.test(url.pathname);
  if (!isAccount) throw new InvalidLocationError(['accountUri']);
  const login = nationalLogins.find(([suffix]) => url.hostname.endsWith(suffix));
  return {
    url: `${url.origin}${url.pathname.replace(/\/$/, '')}`,
    loginUrl: login?.[1] ?? publicLogin,
  };
}

/** The rule of Azure; a container's name is a segment of URLs. @throws InvalidLocationError */
export function assertContainerName(container: string): void {
  if (!/^(?=.{3,63}$)[a-z0-9]+(?:-[a-z0-9]+)*$/.test(container)) {
    throw new InvalidLocationError(['container']);
  }
}

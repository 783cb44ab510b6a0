import type { AzureLocation } from './azure-account.ts';
import { assertContainerName, parseAzureAccount } from './azure-account.ts';
import { parseAzureCredentials } from './azure-credentials.ts';

/** Says, without connecting, whether an Azure location can be one. @throws InvalidLocationError, which names fields */
export function assertAzureLocation(location: AzureLocation): void {
  parseAzureAccount(location.accountUri);
  assertContainerName(location.container);
  parseAzureCredentials(location);
}

import type { entities } from '@ccd/protocol';

type Location = entities.DataConnector['location'];

/** The location with every field that may hold a credential emptied. */
export function withoutCredentials(location: Location): Location {
  switch (location?.$case) {
    case undefined:
      return undefined;
    case 's3Bucket':
      return { $case: location.$case, value: { ...location.value, credentials: '' } };
    case 'googleCloudStorageBucket':
      return { $case: location.$case, value: { ...location.value, credentials: '' } };
    case 'azureBlobStorageContainer':
      return { $case: location.$case, value: { ...location.value, clientSecretCredential: undefined } };
    case 'jdbcLocation':
      return {
        $case: location.$case,
        value: { ...location.value, jdbcUri: withoutProperties(location.value.jdbcUri), privateKey: '' },
      };
  }
}

/** What follows `?` or the first `;` of a JDBC URI are properties, a password among them; user info goes too. */
function withoutProperties(uri: string): string {
  return uri.replace(/[?;].*$/s, '').replace(/\/\/[^/@]*@/, '//');
}

import { DatabaseUriError } from '../errors.ts';

/** A project of BigQuery, which is asked as a service account. */
export interface BigQueryTarget {
  readonly type: 'bigquery';
  readonly projectId: string;
  readonly dataset?: string;
  /** Where queries run; without one BigQuery decides. */
  readonly location?: string;
}

/** Google's endpoint in the forms that its drivers document. No URI chooses another. */
const endpoint = /^(?:https:\/\/)?(?:www|bigquery)\.googleapis\.com(?:\/bigquery\/v2)?(?::443)?\/?$/;

/** Properties by their names in lower case, since the drivers do not tell cases apart. */
const known = [
  ...['ProjectId', 'OAuthType', 'OAuthServiceAcctEmail', 'OAuthPvtKeyPath', 'ServiceAccountPrivateKey'],
  ...['DefaultDataset', 'Location', 'Timeout'],
];
const knownNames = new Set(known.map((name) => name.toLowerCase()));

/**
 * Reads `jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=…;OAuthType=0;…`. Paths of key files are
 * of the machine that made the connector: what they hold comes with it.
 * @throws DatabaseUriError, which quotes nothing of the URI
 */
export function parseBigQueryUri(uri: string): BigQueryTarget {
  const [host = '', ...parts] = uri.slice('jdbc:bigquery://'.length).split(';');
  if (!uri.startsWith('jdbc:bigquery://') || !endpoint.test(host)) {
    throw new DatabaseUriError('it does not name https://www.googleapis.com/bigquery/v2:443');
  }
  const properties = new Map<string, string>();
  for (const part of parts.filter((each) => each !== '')) {
    const at = part.indexOf('=');
    const name = part.slice(0, Math.max(at, 0)).toLowerCase();
    if (!knownNames.has(name)) {
      throw new DatabaseUriError(`it has a property that is none of ${known.join(', ')}`);
    }
    if (properties.has(name)) throw new DatabaseUriError(`it has the property ${name} twice`);
    properties.set(name, part.slice(at + 1));
  }
  if ((properties.get('oauthtype') ?? '0') !== '0') {
    throw new DatabaseUriError('its property OAuthType is not 0, a service account');
  }
  const projectId = properties.get('projectid') ?? '';
  if (!/^(?:[a-z0-9.-]+:)?[a-z][a-z0-9-]{4,61}$/.test(projectId)) {
    throw new DatabaseUriError('its property ProjectId is no id of a project');
  }
  const dataset = wordOf(properties, 'defaultdataset', 'DefaultDataset');
  const location = wordOf(properties, 'location', 'Location');
  return {
    type: 'bigquery',
    projectId,
    ...(dataset !== undefined && { dataset }),
    ...(location !== undefined && { location }),
  };
}

function wordOf(properties: ReadonlyMap<string, string>, name: string, shown: string): string | undefined {
  const value = properties.get(name);
  if (value !== undefined && !/^[\w-]{1,1024}$/.test(value)) {
    throw new DatabaseUriError(`its property ${shown} has characters that are not allowed`);
  }
  return value;
}

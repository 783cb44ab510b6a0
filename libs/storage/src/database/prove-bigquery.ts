import { systemClock } from '@ccd/reconcile';
import { AccessDeniedError, InvalidLocationError } from '../errors.ts';
import { createGoogleToken } from '../google/google-token.ts';
import { googleTokenUrl, parseServiceAccount } from '../google/service-account.ts';
import { createGuardedAgents } from '../network/guarded-agents.ts';
import { HttpClient } from '../remote/http-client.ts';
import { toPortError } from '../remote/service-errors.ts';
import type { BigQueryTarget } from './bigquery-uri.ts';
import type { SessionOptions } from './session-options.ts';

export interface BigQueryEndpoints {
  readonly api: string;
  readonly token: string;
}

const google: BigQueryEndpoints = { api: 'https://bigquery.googleapis.com', token: googleTokenUrl };

const scope = 'https://www.googleapis.com/auth/bigquery';

/** Runs a query that reads nothing and costs nothing, which needs `bigquery.jobs.create`. @throws the errors of the port */
export async function proveBigQuery(
  { projectId, location, dataset }: BigQueryTarget,
  privateKey: string | undefined,
  { network, signal, endpoints = google }: SessionOptions & { readonly endpoints?: BigQueryEndpoints },
): Promise<void> {
  if (privateKey === undefined) throw new InvalidLocationError(['privateKey']);
  const account = parseServiceAccount(privateKey, 'privateKey');
  const agents = createGuardedAgents(network);
  const http = new HttpClient({ agents, attempts: 2, attemptMs: 5_000 });
  const token = createGoogleToken({
    ...{ account, scope, http, clock: systemClock, tokenUrl: endpoints.token },
  });
  try {
    const answer = await http.send('', {
      method: 'POST',
      url: new URL(`/bigquery/v2/projects/${encodeURIComponent(projectId)}/queries`, endpoints.api),
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token.get()}` },
      body: Buffer.from(
        JSON.stringify({
          ...{ query: 'SELECT 1', useLegacySql: false, maxResults: 1, timeoutMs: 5_000 },
          ...(location !== undefined && { location }),
          ...(dataset !== undefined && { defaultDataset: { projectId, datasetId: dataset } }),
        }),
      ),
      signal,
    });
    answer.body.resume();
    if (answer.status === 404) throw new AccessDeniedError('', 'there is no such project');
    if (answer.status !== 200) throw toPortError('', { status: answer.status });
  } finally {
    agents.destroy();
  }
}

import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConsentRule } from '@ccd/contracts';
import { scratchDir } from '@ccd/testkit';
import { describe, expect, it } from '@jest/globals';
import type { Guardrails } from './guardrails.ts';
import { loadGuardrails, refuseConsent, refuseContent, refuseLocation } from './guardrails.ts';

const dir = scratchDir();
const file = (text: string): string => {
  const path = join(dir, 'guardrails.json');
  writeFileSync(path, text);
  return path;
};
const whole = { purposes: [1, 2], destinations: 'any', keyExport: false } as const;
const bounds = (change: Partial<Guardrails>): Guardrails => ({
  purposes: [],
  destinations: [],
  keyExport: false,
  ...change,
});

describe(loadGuardrails, () => {
  it('bounds nothing where the customer names no file', async () => {
    const guardrails = await loadGuardrails(undefined);
    expect(refuseConsent(guardrails, { type: 'CUMULATIVE', levels: [9] })).toBeUndefined();
    expect(refuseContent(guardrails, 'keys')).toBeUndefined();
    expect(refuseLocation(guardrails, '{}')).toBeUndefined();
  });

  it('reads what the customer wrote', async () => {
    await expect(loadGuardrails(file(JSON.stringify(whole)))).resolves.toEqual(whole);
  });

  it.each<[string, string]>([
    ['no JSON', '{"purposes":'],
    ['an empty file', ''],
    ['a missing line', JSON.stringify({ purposes: 'any', destinations: 'any' })],
    ['a line that means nothing here', JSON.stringify({ ...whole, keyExports: false })],
    ['a purpose below 0', JSON.stringify({ ...whole, purposes: [-1] })],
    ['a destination of no type', JSON.stringify({ ...whole, destinations: [{ bucket: 'b' }] })],
    [
      'a server without a port',
      JSON.stringify({
        ...whole,
        destinations: [{ type: 'database', server: 'postgresql://db.example', database: 'd' }],
      }),
    ],
    ['an endpoint that is no URL', JSON.stringify({ ...whole, destinations: [s3('b', 'minio')] })],
  ])('lets nothing be done on %s', async (_case, text) => {
    await expect(loadGuardrails(file(text))).rejects.toThrow('cannot be used');
  });

  it('lets nothing be done while the file is away', async () => {
    await expect(loadGuardrails(join(dir, 'none.json'))).rejects.toThrow('cannot be used');
  });
});

describe(refuseConsent, () => {
  it.each<[readonly number[], ConsentRule, boolean]>([
    [[1, 2], { type: 'GRANULAR', levels: [1] }, true],
    [[1, 2], { type: 'GRANULAR', levels: [2, 1] }, true],
    [[1, 2], { type: 'GRANULAR', levels: [1, 3] }, false],
    [[], { type: 'GRANULAR', levels: [0] }, false],
    [[0, 1, 2], { type: 'CUMULATIVE', levels: [2] }, true],
    [[0, 1], { type: 'CUMULATIVE', levels: [2] }, false],
    [[1, 2], { type: 'CUMULATIVE', levels: [2] }, false],
    [[0, 2], { type: 'CUMULATIVE', levels: [2_147_483_647] }, false],
  ])('with the purposes %j lets %j pass: %p', (purposes, consent, passes) => {
    expect(refuseConsent(bounds({ purposes: [...purposes] }), consent) === undefined).toBe(passes);
  });
});

describe(refuseContent, () => {
  it('lets keys leave only where the customer says so, and events always', () => {
    expect(refuseContent(bounds({ keyExport: false }), 'keys')).toContain('keys may not be exported');
    expect(refuseContent(bounds({ keyExport: true }), 'keys')).toBeUndefined();
    expect(refuseContent(bounds({ keyExport: false }), 'events')).toBeUndefined();
  });
});

describe(refuseLocation, () => {
  const allowed: Guardrails['destinations'] = [
    { type: 'folder', bucket: 'demo' },
    { type: 's3', bucket: 'ours' },
    { type: 's3', bucket: 'minio', endpoint: 'https://minio.example:9000' },
    { type: 'gcs', bucket: 'g' },
    { type: 'azure', account: 'https://ours.blob.core.windows.net', container: 'c' },
    { type: 'database', server: 'postgresql://db.example:5432', database: 'events' },
    { type: 'bigquery', project: 'our-project' },
  ];
  const database = (uri: string) => ({ type: 'jdbc', uri, databaseType: 'postgres' });
  const bigQuery = (project: string) =>
    database(`jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443;ProjectId=${project}`);
  const azure = (accountUri: string) => ({
    type: 'azure',
    accountUri,
    container: 'c',
    tenantId: 't',
    clientId: 'i',
    clientSecret: 's',
  });

  it.each<[string, object]>([
    ['the folder', at('demo', 'file:///')],
    ['a bucket of Amazon', { type: 's3', bucket: 'ours', credentials: '{"AccessKey":{}}' }],
    ['a bucket elsewhere', at('minio', 'https://minio.example:9000/')],
    ['a bucket of Google', { type: 'gcs', bucket: 'g', credentials: '{}' }],
    ['a container', azure('https://ours.blob.core.windows.net/')],
    ['a database', database('jdbc:postgresql://DB.example/events?user=u&sslmode=disable')],
    ['a project of BigQuery', bigQuery('our-project')],
  ])('lets %s pass that is listed', (_case, location) => {
    expect(refuseLocation(bounds({ destinations: allowed }), JSON.stringify(location))).toBeUndefined();
  });

  it.each<[string, object]>([
    ['another folder', at('other', 'file:///')],
    ['a folder of the name of a bucket', at('ours', 'file:///')],
    ['the bucket of that name at another provider', at('ours', 'https://evil.example')],
    ['the listed endpoint without TLS', at('minio', 'http://minio.example:9000')],
    ['another port', at('minio', 'https://minio.example:9001')],
    ['a host that begins alike', at('minio', 'https://minio.example:9000.evil.example')],
    ['user information before another host', at('minio', 'https://minio.example:9000@evil.example')],
    ['a bucket of Amazon that is listed elsewhere only', { type: 's3', bucket: 'minio', credentials: '{}' }],
    ['credentials that are no document', { type: 's3', bucket: 'ours', credentials: 'key=1' }],
    ['an endpoint that is no text', { type: 's3', bucket: 'ours', credentials: '{"url":7}' }],
    ['another container account', azure('https://evil.blob.core.windows.net')],
    ['an account that is a container', azure('https://ours.blob.core.windows.net/evil')],
    ['a database on another server', database('jdbc:postgresql://evil.example/events?user=u')],
    ['another port of the server', database('jdbc:postgresql://db.example:5433/events?user=u')],
    ['another database of the server', database('jdbc:postgresql://db.example/theirs?user=u')],
    ['another kind of server', database('jdbc:mysql://db.example:5432/events?user=u')],
    ['a database of no known kind', database('jdbc:h2:mem:events')],
    ['a database without a type', { type: 'jdbc', uri: 'jdbc:postgresql://db.example/events?user=u' }],
    ['another project of BigQuery', bigQuery('their-project')],
    ['nothing', {}],
  ])('refuses %s', (_case, location) => {
    const refusal = refuseLocation(bounds({ destinations: allowed }), JSON.stringify(location));
    expect(refusal).toBe('its destination is not among those allowed in this installation');
  });
});

function s3(bucket: string, endpoint: string) {
  return { type: 's3', bucket, endpoint } as const;
}

function at(bucket: string, url: string) {
  return { type: 's3', bucket, credentials: JSON.stringify({ url, accessKey: 'canary' }) };
}

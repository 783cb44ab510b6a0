import { describe, expect, it } from '@jest/globals';
import { DatabaseUriError } from '../errors.ts';
import { parseDatabaseUri } from './parse-database-uri.ts';

const google = 'jdbc:bigquery://https://www.googleapis.com/bigquery/v2:443';

describe(parseDatabaseUri, () => {
  it.each([
    [
      'jdbc:postgresql://db.example:6432/events?user=u&password=p%26q%2B',
      { type: 'postgres', host: 'db.example', port: 6_432, database: 'events', user: 'u', password: 'p&q+' },
    ],
    [
      'jdbc:postgresql://db.example/my%20events?user=u&sslmode=verify-full&ApplicationName=x',
      { type: 'postgres', host: 'db.example', port: 5_432, database: 'my events', user: 'u', password: '' },
    ],
    [
      'jdbc:postgresql://[2001:db8::1]:5432/events?user=u',
      { type: 'postgres', host: '2001:db8::1', port: 5_432, database: 'events', user: 'u', password: '' },
    ],
    [
      'jdbc:mysql://db.example/events?user=u&password=p&useSSL=true',
      { type: 'mysql', host: 'db.example', port: 3_306, database: 'events', user: 'u', password: 'p' },
    ],
    [
      'jdbc:mariadb://db.example:3307/events?user=u&sslMode=verify-full',
      { type: 'mysql', host: 'db.example', port: 3_307, database: 'events', user: 'u', password: '' },
    ],
  ])('reads %s', (uri, target) => {
    expect(parseDatabaseUri(uri)).toEqual({ ...target, encrypted: true });
  });

  it.each([
    'jdbc:postgresql://h/d?user=u&sslmode=disable',
    'jdbc:postgresql://h/d?user=u&ssl=false',
    'jdbc:mysql://h/d?user=u&useSSL=false',
    'jdbc:mysql://h/d?user=u&sslMode=DISABLED',
  ])('leaves out TLS only where the URI says so: %s', (uri) => {
    expect(parseDatabaseUri(uri)).toMatchObject({ encrypted: false });
  });

  it.each([
    ['jdbc:postgresql://h/d?user=u&password=a+b', 'a b'],
    ['jdbc:mysql://h/d?user=u&password=a+b', 'a+b'],
  ])('reads the plus sign of %s as the driver of Java does', (uri, password) => {
    expect(parseDatabaseUri(uri)).toMatchObject({ password });
  });

  it('reads a project of BigQuery', () => {
    const properties =
      'ProjectId=my-project;OAuthType=0;OAuthServiceAcctEmail=a@b;OAuthPvtKeyPath=/home/me/key.json;' +
      'DefaultDataset=events;location=EU;';
    expect(parseDatabaseUri(`${google};${properties}`)).toEqual({
      ...{ type: 'bigquery', projectId: 'my-project', dataset: 'events', location: 'EU' },
    });
  });

  it.each([
    ['postgresql://h/d?user=u', 'does not begin with'],
    ['jdbc:sqlite:/etc/passwd', 'does not begin with'],
    ['jdbc:h2:mem:canary;INIT=RUNSCRIPT', 'does not begin with'],
    ['jdbc:postgresql:canary?user=u', 'one host'],
    ['jdbc:postgresql:///canary?user=u', 'one host'],
    ['jdbc:postgresql://%2Fvar%2Frun/canary?user=u', 'one host'],
    ['jdbc:postgresql://one,two/canary?user=u', 'one host'],
    ['jdbc:mysql://address=(host=canary)(port=1)/d?user=u', 'one host'],
    ['jdbc:mysql:loadbalance://canary/d?user=u', 'one host'],
    ['jdbc:postgresql://canary:x@h/d?user=u', 'properties user and password'],
    ['jdbc:postgresql://h/d?user=u&password=a#canary', '%23'],
    ['jdbc:postgresql://h/d?user=u&password=a&canary', 'none of'],
    ['jdbc:postgresql://h/d?user=u&sslrootcert=/etc/canary', 'none of'],
    ['jdbc:postgresql://h/d?user=u&socketFactory=canary', 'none of'],
    ['jdbc:postgresql://h/d?user=u&user=canary', 'twice'],
    ['jdbc:postgresql://h/d?user=u&sslmode=canary', 'sslmode'],
    ['jdbc:mysql://h/d?user=u&allowLoadLocalInfile=true', 'none of'],
    ['jdbc:mysql://h/d?user=u&autoDeserialize=canary', 'none of'],
    ['jdbc:postgresql://h/d?password=canary', 'no property user'],
    ['jdbc:postgresql://h?user=u', 'one database'],
    ['jdbc:postgresql://h/a/canary?user=u', 'one database'],
    ['jdbc:postgresql://h/%zz?user=u', 'one database'],
    ['jdbc:mysql://127.0.0.1/canary?user=u', 'by its name'],
    ['jdbc:mariadb://[::1]/canary?user=u', 'by its name'],
    ['jdbc:bigquery://canary.example;ProjectId=my-project', 'does not name'],
    ['jdbc:bigquery:canary', 'does not name'],
    [`${google};ProjectId=my-project;EndpointOverrides=canary`, 'none of'],
    [`${google};ProjectId=my-project;canary`, 'none of'],
    [`${google};ProjectId=my-project;projectid=canary`, 'twice'],
    [`${google};ProjectId=my-project;OAuthType=1`, 'OAuthType'],
    [`${google};ProjectId=../canary`, 'ProjectId'],
    [google, 'ProjectId'],
    [`${google};ProjectId=my-project;Location=a/canary`, 'Location'],
  ])('refuses %s and quotes none of it', (uri, reason) => {
    const attempt = () => parseDatabaseUri(uri);
    expect(attempt).toThrow(DatabaseUriError);
    expect(attempt).toThrow(reason);
    expect(attempt).toThrow(expect.objectContaining({ message: expect.not.stringContaining('canary') }));
  });
});

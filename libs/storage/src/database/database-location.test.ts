import { describe, expect, it } from '@jest/globals';
import { InvalidLocationError } from '../errors.ts';
import { parseDatabaseLocation } from './database-location.ts';

describe(parseDatabaseLocation, () => {
  it('reads what was written', () => {
    const location = { type: 'jdbc', uri: 'jdbc:x', databaseType: 'bigquery', privateKey: '{}' };
    expect(parseDatabaseLocation(JSON.stringify(location))).toEqual(location);
  });

  it('knows an object store for none', () => {
    expect(parseDatabaseLocation('{"type":"gcs","bucket":"b","credentials":"c"}')).toBeUndefined();
    expect(parseDatabaseLocation('{}')).toBeUndefined();
  });

  it.each([
    ['{"type":"jdbc","uri":"canary"', []],
    ['{"type":"jdbc","uri":7,"privateKey":"canary"}', ['uri', 'databaseType']],
  ])('names the wrong fields of %s and none of what they hold', (json, fields) => {
    const attempt = () => parseDatabaseLocation(json);
    expect(attempt).toThrow(InvalidLocationError);
    expect(attempt).toThrow(
      expect.objectContaining({ fields, message: expect.not.stringContaining('canary') }),
    );
  });
});

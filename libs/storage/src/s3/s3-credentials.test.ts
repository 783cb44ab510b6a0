import { describe, expect, it } from '@jest/globals';
import { InvalidLocationError } from '../errors.ts';
import { parseS3Credentials } from './s3-credentials.ts';

describe(parseS3Credentials, () => {
  it("reads Amazon's form", () => {
    const AccessKey = {
      ...{ UserName: 'u', AccessKeyId: 'id', Status: 'Active' },
      ...{ SecretAccessKey: 'hush', CreateDate: '2022-05-10T13:10:00+00:00' },
    };
    expect(parseS3Credentials(JSON.stringify({ AccessKey }))).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'hush',
      pathStyle: false,
    });
  });

  it.each([
    ['https://storage.googleapis.com', 'auto', 'https://storage.googleapis.com', true],
    ['http://minio:9000/', 'on', 'http://minio:9000', true],
    ['https://s3.example', 'off', 'https://s3.example', false],
  ])('reads the compatible form with %s, path %s', (url, path, endpoint, pathStyle) => {
    const document = { url, accessKey: 'id', secretKey: 'hush', api: 's3v4', path };
    expect(parseS3Credentials(JSON.stringify(document))).toEqual({
      accessKeyId: 'id',
      secretAccessKey: 'hush',
      endpoint,
      pathStyle,
    });
  });

  it.each([
    ['{"canary"', ['credentials']],
    ['"canary"', ['credentials']],
    ['{"AccessKey":{"AccessKeyId":"canary"}}', ['credentials.AccessKey.SecretAccessKey']],
    ['{"url":"https://s3.example","accessKey":"canary"}', ['credentials.secretKey']],
    ['{"url":"ftp://canary","accessKey":"a","secretKey":"b"}', ['credentials.url']],
    ['{"url":"https://canary:x@s3.example","accessKey":"a","secretKey":"b"}', ['credentials.url']],
    ['{"url":"https://s3.example/canary","accessKey":"a","secretKey":"b"}', ['credentials.url']],
    ['{"url":"https://s3.example?canary","accessKey":"a","secretKey":"b"}', ['credentials.url']],
  ])('names the wrong fields of %s and none of what they hold', (document, fields) => {
    const attempt = () => parseS3Credentials(document);
    expect(attempt).toThrow(InvalidLocationError);
    expect(attempt).toThrow(
      expect.objectContaining({ fields, message: expect.not.stringContaining('canary') }),
    );
  });
});
